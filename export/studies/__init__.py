# SPDX-License-Identifier: GPL-2.0-or-later
"""Small programs that each answered one question; README.md has what was tried."""
