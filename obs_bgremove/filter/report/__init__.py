# SPDX-License-Identifier: GPL-2.0-or-later
"""How a filter does: the status that the user sees, and the measures behind it."""
