# SPDX-License-Identifier: GPL-2.0-or-later
"""What is drawn behind the person: the kinds of background, and the one that a filter shows."""
