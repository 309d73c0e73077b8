# SPDX-License-Identifier: GPL-2.0-or-later
"""A private OBS that needs no screen and no user: for ``install.py --demo`` and the tests."""
