# SPDX-License-Identifier: GPL-2.0-or-later
"""The soak: a real OBS for an hour, with whatever people do to it."""
