# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export quantise``: writes float16 and int8 editions of a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("model", type=Path, metavar="MODEL.onnx")
    parser.add_argument("--into", type=Path, required=True, help="directory that they are written to")
    parser.add_argument("--images", type=Path, help="photographs to calibrate with and compare on")


def run(options: argparse.Namespace) -> None:
    """Write the editions; raises ExportError."""
    from .quantise import quantise

    quantise(options.model, options.into, options.images)
