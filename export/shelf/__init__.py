# SPDX-License-Identifier: GPL-2.0-or-later
"""The shelf, models/: cards, finding a model by name, putting a finished folder into its place."""
