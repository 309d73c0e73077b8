# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export evaluate``: measures models on clips and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--model", dest="models", nargs="+", required=True, metavar="MODEL",
                        help="names of installed models, or paths")  # fmt: skip
    parser.add_argument("--clips", type=Path, help="directory of clip folders (com.mp4, pha.mkv)")
    parser.add_argument("--images", type=Path, help="directory of sets (folders of images and masks)")
    parser.add_argument("--split", default="val", help="which split of the sets (default: val)")
    parser.add_argument("--report", type=Path, metavar="FILE.md",
                        help="write the report there, and beside it curves and contact sheets")  # fmt: skip
    parser.add_argument("--write-cards", action="store_true", help="fill the cards' [quality] and [speed]")


def run(options: argparse.Namespace) -> None:
    """Print the report; raises ExportError."""
    from .evaluation import evaluate

    report = evaluate(
        options.models, options.clips, options.images, options.split, options.report, options.write_cards
    )
    print(report, end="")
