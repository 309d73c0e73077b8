# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the shapes of a network's input and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..common.errors import ExportError

if TYPE_CHECKING:
    import onnx


def sizes(entry: onnx.ValueInfoProto, kind: str) -> list[int]:
    """Return the shape of a graph's ``entry``, its "input" or "output"; a free batch size counts as 1.

    Raises ExportError if any other is not a number.
    """
    found = [size.dim_value if size.HasField("dim_value") else 0 for size in entry.type.tensor_type.shape.dim]
    # A free batch size is common, and 1 is what it will be.
    if len(found) in (3, 4) and found[0] < 1:
        found[0] = 1
    if not all(size > 0 for size in found):
        raise ExportError(
            f"Its {kind} {entry.name!r} has a dynamic shape; export it with each size a number (batch 1)."
        )
    return found


def of_picture(sizes: list[int]) -> tuple[int, int, bool]:
    """Return height, width, and whether the channels come last; raise ExportError if it is no picture's."""
    if len(sizes) != 4 or sizes[0] != 1 or (sizes[1] != 3 and sizes[3] != 3):
        raise ExportError(f"Its input has the shape {sizes}; a picture must be [1, 3, H, W] or [1, H, W, 3].")
    return (sizes[2], sizes[3], False) if sizes[1] == 3 else (sizes[1], sizes[2], True)


def of_mask(sizes: list[int], height: int, width: int) -> tuple[int, int, int, bool]:
    """Return rows, columns, channels, and whether the channels come last.

    Raises ExportError if it is not the shape of a mask of a picture of ``height`` x ``width``.
    """
    readings = _readings(sizes)
    rows, columns, channels, last = min(readings, key=lambda one: _stretched(one[0], one[1], height, width))
    if min(rows, columns) < 4 or _stretched(rows, columns, height, width) >= 1.25:
        raise ExportError(
            f"Its output has the shape {sizes}, which is no mask of a picture of {height}x{width}. A network "
            "that says what is in a picture, but not where, cannot cut it out."
        )
    return rows, columns, channels, last


def _readings(sizes: list[int]) -> list[tuple[int, int, int, bool]]:
    """Return what a shape may mean, the likelier first: rows, columns, channels, whether these come last."""
    if len(sizes) == 2:
        return [(sizes[0], sizes[1], 1, False)]
    if len(sizes) == 3 and sizes[0] == 1:
        return [(sizes[1], sizes[2], 1, False)]
    if len(sizes) == 4 and sizes[0] == 1:
        first = sizes[2], sizes[3], sizes[1], False
        last = sizes[1], sizes[2], sizes[3], True
        # There are fewer classes than rows or columns, as a rule.
        return [first, last] if sizes[1] <= sizes[3] else [last, first]
    raise ExportError(
        f"Its output has the shape {sizes}; a mask must be [1, C, H, W], [1, H, W, C], [1, H, W] or [H, W]."
    )


def _stretched(rows: int, columns: int, height: int, width: int) -> float:
    """Return how far a mask has other proportions than its picture: 1 for the same, 2 for twice as wide."""
    ratio = rows * width / (columns * height)
    return max(ratio, 1 / ratio)
