# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo, as far as it needs no OBS."""
