# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export label``: teachers label photographs."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--images", type=Path, required=True, help="directory of photographs")
    parser.add_argument("--into", type=Path, required=True, help="images, masks and weights go there")
    teachers = ["rvm-288x512", "mediapipe-general"]
    parser.add_argument("--teachers", nargs="+", default=teachers, metavar="MODEL",
                        help="installed models, or directories of earlier labels; + joins models of one "
                        "network in several shapes")  # fmt: skip
    parser.add_argument("--shares", type=float, nargs="+", default=[], metavar="SHARE",
                        help="how much each one's alpha counts (default: the first one's alone)")  # fmt: skip
    parser.add_argument("--part", default="1/1", help="label one part of several, as 2/8")
    parser.add_argument("--looks", type=_count, default=15, help="how often a recurrent teacher sees a view")
    parser.add_argument("--sizes", type=float, nargs="+", default=[1.0, 0.75],
                        help="shares of the teacher's view that the picture takes")  # fmt: skip


def run(options: argparse.Namespace) -> None:
    """Label the photographs; raises ExportError."""
    from .labels import label

    label(
        options.images, options.into, options.teachers, options.part, options.looks, tuple(options.sizes),
        tuple(options.shares),
    )  # fmt: skip


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a count; give a whole number, 1 or more")
    return int(text)
