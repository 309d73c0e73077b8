# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that serves an OBS: its threads, its words, the filters' rings."""
