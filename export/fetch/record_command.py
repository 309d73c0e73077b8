# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export record-reference``: records what networks answer in their own runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "names", nargs="+", metavar="NAME", help="a folder of models/ whose card has a [fetch]"
    )


def run(options: argparse.Namespace) -> None:
    """Record the references; raises ExportError."""
    from .record import record

    record(options.names)
