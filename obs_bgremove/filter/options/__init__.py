# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user chooses: the settings, their properties page, and the files that can be a background."""
