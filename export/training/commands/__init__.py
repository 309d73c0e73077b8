# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands about training and its checkpoints, one a file."""
