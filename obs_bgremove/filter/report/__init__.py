# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user sees of a filter's health: its status, and the measures and problems behind it."""
