# SPDX-License-Identifier: GPL-2.0-or-later
"""Mean absolute difference near the contour: what the eye sees first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from ..common.arrays import Bools, Floats


def contour_band(truth: Floats, radius: float = 10) -> Bools:
    """Return which pixels (bool [H, W]) are within ``radius`` pixels of the contour of ``truth`` at 0.5.

    A pixel's distance is that of its centre to the nearest centre on the contour's other side.
    """
    inside = (truth >= 0.5).astype(np.uint8)
    if inside.all() or not inside.any():
        return np.zeros(truth.shape, bool)
    distances = [
        cv2.distanceTransform(side, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for side in (inside, 1 - inside)
    ]
    near: Bools = np.maximum(*distances) <= radius
    return near


def edge_mad(alpha: Floats, truth: Floats, radius: float = 10) -> float:
    """Return the mean absolute difference within ``radius`` pixels of the contour, x 1e3.

    NaN if the truth has no contour.
    """
    band = contour_band(truth, radius)
    return float(np.abs(alpha - truth)[band].mean() * 1e3) if band.any() else float("nan")
