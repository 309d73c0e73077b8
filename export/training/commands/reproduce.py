# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export reproduce``: trains a recipe and exports the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("name", metavar="RECIPE")
    parser.add_argument("--data", type=Path, help="root that the recipe's paths start from")
    parser.add_argument("--into", type=Path, help="where it is trained; model.onnx is written there")
    parser.add_argument("--smoke", action="store_true", help="a few steps, on data drawn on the spot")


def run(options: argparse.Namespace) -> None:
    """Train and export; raises ExportError."""
    from ..reproduce import reproduce

    reproduce(options.name, options.data, options.into, options.smoke)
