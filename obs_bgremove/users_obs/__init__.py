# SPDX-License-Identifier: GPL-2.0-or-later
"""The OBS and the display that this machine has, and the user's settings of it: looked at, never changed.

Standard library only. install.py and the private OBS both stand on it.
"""
