# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export weights``: gets the weights of a shipped model back, to train on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("names", nargs="+", metavar="NAME", help="a folder of models/ with a model.onnx")


def run(options: argparse.Namespace) -> None:
    """Write the weights; raises ExportError."""
    from .. import weights

    for name in options.names:
        weights.write(name)
