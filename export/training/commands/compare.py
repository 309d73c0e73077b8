# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export compare``: prints the compared architectures side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--runs", type=Path, help="where reproduce trained them, each --into a folder here")
    parser.add_argument("--images", type=Path, help="sets of pictures that the trained ones are measured on")
    parser.add_argument("--split", default="val", help="which split of the sets (default: val)")


def run(options: argparse.Namespace) -> None:
    """Print the table; raises ExportError."""
    from ..compare import compare

    print(compare(options.runs, options.images, options.split))
