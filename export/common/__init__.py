# SPDX-License-Identifier: GPL-2.0-or-later
"""What all rooms share: the error, progress on the terminal, directory trees, tables, picture sizes."""
