# SPDX-License-Identifier: GPL-2.0-or-later
"""Connectivity error (Rhemann et al., CVPR 2009)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from ..common.arrays import Bools, Bytes, Floats

_LEVELS = np.arange(1, 11) / 10
#: A pixel that is connected to within this much of its alpha counts as connected.
_TOLERATED = 0.15


def conn(alpha: Floats, truth: Floats) -> float:
    """Return the summed difference of the degrees of connectivity, / 1e3.

    A pixel's degree says how far its alpha exceeds the highest level at which it is still part of
    the largest region that both alphas share. It is a sum, so it compares only at one size of picture.
    """
    connected = np.full(truth.shape, -1.0)
    for level in _LEVELS:
        shared = ((truth >= level) & (alpha >= level)).astype(np.uint8)
        apart = ~_largest_region(shared)
        connected[(connected < 0) & apart] = level - 0.1
    connected[connected < 0] = 1
    degrees = [_degree(picture - connected) for picture in (truth, alpha)]
    return float(np.abs(degrees[0] - degrees[1]).sum() / 1e3)


def _degree(distance: Floats) -> Floats:
    return 1 - distance * (distance >= _TOLERATED)


def _largest_region(shared: Bytes) -> Bools:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(shared, connectivity=4)
    if count == 1:
        return np.zeros(shared.shape, bool)
    largest: Bools = labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return largest
