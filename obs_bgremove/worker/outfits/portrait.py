# SPDX-License-Identifier: GPL-2.0-or-later
"""Cuts the most prominent person out of a frame, for a network that looks at clothes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...link.layout import Box

from ..inference.box import bounding_box

#: What is around the person in the square, and behind it where a network hides the room.
GREY = 127
#: How much of the person's size is added on each side.
_MARGIN = 0.1
#: A person with fewer rows or columns is too small to say anything about.
_SMALLEST = 24


def portrait(
    frame: NDArray[np.uint8], alpha: NDArray[np.uint8], height: int, width: int
) -> NDArray[np.uint8] | None:
    """Return the person as a picture of its own, uint8 [height, width, 4]: B, G, R and the alpha.

    ``frame`` is uint8 [H, W, 3 or 4] BGR(A), ``alpha`` uint8 [H, W]. The person keeps its proportions. What
    else the picture has room for is shown, too; grey of alpha 0 stands for what lies beyond the frame. None
    if nobody is large enough.
    """
    box = most_prominent(alpha)
    if box is None or min(box.right - box.left, box.bottom - box.top) < _SMALLEST:
        return None
    across, down = ((1 + 2 * _MARGIN) * side for side in (box.right - box.left, box.bottom - box.top))
    across, down = max(across, down * width / height), max(down, across * height / width)
    columns = _within(box.left, box.right, across, alpha.shape[1])
    rows = _within(box.top, box.bottom, down, alpha.shape[0])
    return fitted(np.dstack([frame[rows, columns, :3], alpha[rows, columns]]), height, width)


def _within(first: int, last: int, length: float, end: int) -> slice:
    """Return the pixels of a part of ``length`` around those from ``first`` to ``last``, of ``end``.

    The part is moved inwards where it would reach beyond an end, and cut where it is too long for that.
    """
    begin = round(min(max(0.0, (first + last - length) / 2), max(0.0, end - length)))
    return slice(begin, min(end, round(begin + length)))


def most_prominent(alpha: NDArray[np.uint8]) -> Box | None:
    """Return the box around the person who takes most of an alpha (uint8 [H, W]); None if nobody is there.

    People side by side are separated by the columns between them in which nobody is.
    """
    everybody = bounding_box(alpha)
    if everybody is None:
        return None
    filled = np.concatenate([[False], alpha.max(axis=0) > 127, [False]])
    begins, ends = np.flatnonzero(filled[1:] & ~filled[:-1]), np.flatnonzero(~filled[1:] & filled[:-1])
    totals = np.concatenate([[0], np.cumsum(alpha.sum(axis=0, dtype=np.int64))])
    best = int(np.argmax(totals[ends] - totals[begins]))
    left, right = int(begins[best]), int(ends[best])
    box = bounding_box(alpha[:, left:right])
    return box and box._replace(left=left, right=right)


def fitted(person: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Return a picture (uint8 [h, w, 4]) in the middle of one of another size, its proportions kept."""
    scale = min(height / person.shape[0], width / person.shape[1])
    rows, columns = (max(1, round(scale * side)) for side in person.shape[:2])
    down, across = _weights(person.shape[0], rows), _weights(person.shape[1], columns)
    wide = np.tensordot(down, person.astype(np.float32), axes=1)
    small = np.tensordot(across, wide, axes=(1, 1)).transpose(1, 0, 2)
    made = np.full((height, width, 4), (GREY, GREY, GREY, 0), np.uint8)
    top, left = (height - rows) // 2, (width - columns) // 2
    made[top : top + rows, left : left + columns] = np.rint(small)
    return made


def _weights(before: int, after: int) -> NDArray[np.float32]:
    """Return float32 [after, before]: of which pixels each new pixel is the mean, and to what part.

    Larger pictures are interpolated linearly; in smaller ones each pixel is the mean of those around it.
    """
    scale = before / after
    centres = (np.arange(after) + 0.5) * scale - 0.5
    distance = np.abs(np.arange(before)[None] - centres[:, None])
    weights = np.maximum(0.0, 1.0 - distance / max(1.0, scale))
    normalised: NDArray[np.float32] = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return normalised
