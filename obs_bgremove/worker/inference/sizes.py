# SPDX-License-Identifier: GPL-2.0-or-later
"""Models of any size: their graphs have names in place of sizes, and the card has the numbers.

``height`` and ``width`` are those of the frame. ``height/8`` is an eighth of it: the state of a network that
shrinks its picture. A session is made for one size, so it runs as fast as a graph that has only this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnxruntime

#: By how much a state may be smaller than the frame.
SPANS = (1, 2, 4, 8, 16, 32, 64)


def names(height: int, width: int) -> dict[str, int]:
    """Return what each name in a graph means for frames of this height and width, in pixels."""
    return {
        name if span == 1 else f"{name}/{span}": side // span
        for name, side in (("height", height), ("width", width))
        for span in SPANS
        if side and side % span == 0
    }


def fix(options: onnxruntime.SessionOptions, height: int, width: int) -> None:
    """Have the sessions of these options take frames of this size, where the graph leaves it open."""
    for name, size in names(height, width).items():
        options.add_free_dimension_override_by_name(name, size)
