# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes the room away behind a person in OBS Studio, live, without a green screen."""

__version__ = "0.1.0"
