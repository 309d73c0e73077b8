# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of install.py. Standard library only, Python 3.10 to 3.14."""
