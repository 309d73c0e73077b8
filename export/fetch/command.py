# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export fetch``: obtains third-party networks and converts them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "names", nargs="+", metavar="NAME", help="a folder of models/ whose card has a [fetch]"
    )
    parser.add_argument("--into", type=Path, help="directory of model folders (default: the installation's)")
    parser.add_argument("--again", action="store_true", help="make it again even if it is there")
    parser.add_argument("--size", default="", metavar="HxW", help="an edition with this input size")


def run(options: argparse.Namespace) -> None:
    """Fetch the models; raises ExportError."""
    from obs_bgremove import home

    from .fetch import fetch

    fetch(options.names, options.into or home.directory() / "models", options.again, size=options.size)
