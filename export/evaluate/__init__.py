# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures models under the graph contract on clips and pictures whose alpha is known."""
