# SPDX-License-Identifier: GPL-2.0-or-later
"""Which models there are, and which one a filter gets."""
