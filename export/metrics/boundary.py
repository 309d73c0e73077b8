# SPDX-License-Identifier: GPL-2.0-or-later
"""Boundary F: how much of a mask's contour lies on the truth's, and the other way round.

The measure of Csurka et al., "What is a good evaluation measure for semantic segmentation?" (BMVC 2013), with
the contours and the tolerance of DAVIS (Perazzi et al., CVPR 2016), which counts a pixel of one
contour as matched if the other comes as near as ``tolerance``. DAVIS matches by dilation, not one to one; so
do we.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from ..common.arrays import Bools, Floats

#: DAVIS' tolerance, as a share of the picture's diagonal (rounded up to whole pixels).
TOLERANCE = 0.008


def contour(mask: Bools) -> Bools:
    """Return the contour of a mask (bool [H, W]): pixels that differ from the one right, below, or both."""
    padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    found: Bools = (mask != padded[:-1, 1:]) | (mask != padded[1:, :-1]) | (mask != padded[1:, 1:])
    return found


def boundary_f(alpha: Floats, truth: Floats, threshold: float = 0.5, tolerance: float | None = None) -> float:
    """Return the harmonic mean of the contours' precision and recall, both alphas cut at ``threshold``.

    ``tolerance`` in pixels; by default 0.008 of the diagonal, rounded up (6 at 640x360). 1 if neither has a
    contour, 0 if only one has.
    """
    if tolerance is None:
        tolerance = math.ceil(TOLERANCE * math.hypot(*truth.shape))
    found, wanted = contour(alpha >= threshold), contour(truth >= threshold)
    if not found.any() or not wanted.any():
        return float(found.any() == wanted.any())
    precision, recall = _near(found, wanted, tolerance), _near(wanted, found, tolerance)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _near(these: Bools, those: Bools, tolerance: float) -> float:
    """Return which share of the pixels ``these`` is at most ``tolerance`` from one of ``those``."""
    distance = cv2.distanceTransform((~those).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float((distance[these] <= tolerance).mean())
