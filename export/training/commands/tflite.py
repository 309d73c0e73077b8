# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export tflite``: exports a checkpoint to TensorFlow Lite."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    parser.add_argument("destination", type=Path, metavar="MODEL.tflite")
    parser.add_argument("--size", default="", metavar="HxW", help="another size than it was trained at")
    parser.add_argument("--images", type=Path, help="photographs to compare on too, besides scikit-image's")


def run(options: argparse.Namespace) -> None:
    """Export; raises ExportError."""
    from ..reproduce import export_tflite

    export_tflite(options.checkpoint, options.destination, options.size, options.images)
