# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a mask hangs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .planes import Planes


def components(mask: NDArray[np.bool_], planes: Planes, least: int) -> list[int]:
    """Return the planes of the connected components of at least ``least`` pixels, the largest first.

    ``mask``: bool [H, W]. Pixels are connected at their sides. The runs of each row are joined with those
    that they touch in the next row, by union-find (He, Chao and Suzuki, IEEE Trans. Image Processing, 2008).
    """
    height, width = mask.shape
    # A column that stays empty ends each run with its row.
    pitch = width + 1
    flat = np.zeros(height * pitch + 1, np.int8)
    flat[1:].reshape(height, pitch)[:, :width] = mask
    changes = np.flatnonzero(np.diff(flat))
    starts, ends = changes[::2], changes[1::2]
    numbers = _joined(starts, ends, pitch)
    sizes = np.bincount(numbers, ends - starts, len(starts))
    found = [int(one) for one in np.argsort(-sizes, kind="stable") if sizes[one] >= max(least, 1)]
    if len(found) == 1 and sizes[found[0]] == sizes.sum():
        return [planes.of(mask)]
    # In the order of the rows, as numpy takes the pixels of a mask.
    labels = np.full(mask.shape, -1, np.int32)
    labels[mask] = np.repeat(numbers, ends - starts)
    return [planes.of(labels == one) for one in found]


def _joined(starts: NDArray[np.intp], ends: NDArray[np.intp], pitch: int) -> NDArray[np.intp]:
    """Return for each run the number of the first run of its component."""
    # The runs of the next row that a run touches follow each other.
    first = np.searchsorted(ends, starts + pitch, side="right")
    count = np.maximum(np.searchsorted(starts, ends + pitch, side="left") - first, 0)
    upper = np.repeat(np.arange(len(starts)), count)
    lower = np.arange(len(upper)) - np.repeat(np.cumsum(count) - count - first, count)
    parents = list(range(len(starts)))
    for one, other in zip(upper.tolist(), lower.tolist()):
        while parents[one] != one:
            parents[one] = one = parents[parents[one]]
        while parents[other] != other:
            parents[other] = other = parents[parents[other]]
        # The smaller number is the root, so that one pass from the first run on resolves them all.
        if one < other:
            parents[other] = one
        else:
            parents[one] = other
    for run, parent in enumerate(parents):
        parents[run] = parents[parent]
    return np.array(parents, np.intp)
