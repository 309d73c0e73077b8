# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export train``: trains a network by a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "recipe", type=Path, metavar="RECIPE", help="a TOML file, or a name in export/recipes"
    )
    parser.add_argument("--data", type=Path, required=True, help="root that the recipe's paths start from")
    parser.add_argument("--into", type=Path, required=True, help="checkpoints, history and curves go there")


def run(options: argparse.Namespace) -> None:
    """Train; raises ExportError."""
    from .. import loop, recipe
    from ..reproduce import require_place

    entry = recipe.read(options.recipe)
    require_place(entry, options.into)
    loop.train(entry, options.data, options.into)
