# SPDX-License-Identifier: GPL-2.0-or-later
"""Training by recipe: ``python -m export train RECIPE.toml``."""
