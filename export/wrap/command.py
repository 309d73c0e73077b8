# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export wrap``: a user's segmentation network becomes an installed model."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("model", type=Path, metavar="NETWORK.onnx")
    parser.add_argument("--name", required=True, help="the model's name in OBS' settings")
    parser.add_argument("--licence", default="not stated", help="licence of its weights")
    parser.add_argument(
        "--scale", type=float, default=1 / 255, help="bytes are multiplied by it (default 1/255)"
    )
    parser.add_argument("--mean", type=float, nargs=3, default=[0, 0, 0], help="then subtracted")
    parser.add_argument("--std", type=float, nargs=3, default=[1, 1, 1], help="then divided by")
    parser.add_argument("--imagenet", action="store_true", help="mean and deviation of ImageNet instead")
    parser.add_argument("--order", choices=["rgb", "bgr"], default="rgb", help="order of its input's planes")
    parser.add_argument("--logits", action="store_true", help="its output still needs a sigmoid or softmax")
    parser.add_argument(
        "--channel",
        type=int,
        nargs="+",
        metavar="N",
        help="the person's channel if it has several, counted from 0 (default: the last)",
    )
    parser.add_argument(
        "--subject",
        action="append",
        default=[],
        metavar="NAME=N,N",
        help="something else that it can keep, as 'Person and pets=8,12,15': a model of its own for each, "
        "which OBS offers by that name; may be given several times",
    )
    parser.add_argument("--output", metavar="NAME", help="the mask's output if it has several")
    parser.add_argument("--clips", type=Path, help="measure its quality on these clips, as evaluate does")
    parser.add_argument("--images", type=Path, help="and on the val split of these sets of pictures")
    parser.add_argument("--again", action="store_true", help="replace a model of that name")


def run(options: argparse.Namespace) -> None:
    """Wrap the network; raises ExportError."""
    from ..common.errors import ExportError
    from .editions import editions
    from .reading import IMAGENET, Reading
    from .wrapping import wrap

    mean, std = IMAGENET if options.imagenet else (options.mean, options.std)
    if options.imagenet and options.order == "bgr":
        mean, std = mean[::-1], std[::-1]
    if not all(map(math.isfinite, [options.scale, *mean, *std])) or 0 in std:
        raise ExportError("--scale, --mean and --std are to be numbers, and --std none that is 0.")
    channels = tuple(dict.fromkeys(options.channel)) if options.channel else None
    reading = Reading(
        options.scale, tuple(mean), tuple(std), options.order, options.logits, channels, options.output
    )
    wanted = editions(options.name, reading, options.subject)
    wrap(options.model, wanted, options.licence, options.again, options.clips, options.images)
