# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export blend``: writes a checkpoint between two others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("first", type=Path, metavar="FIRST", help="what the last one started from")
    parser.add_argument("last", type=Path, metavar="LAST")
    parser.add_argument("destination", type=Path, metavar="CHECKPOINT")
    parser.add_argument("--share", type=float, default=0.5, help="how far towards the last (default: 0.5)")


def run(options: argparse.Namespace) -> None:
    """Write the checkpoint; raises ExportError."""
    from ..blend import blend

    blend(options.first, options.last, options.destination, options.share)
