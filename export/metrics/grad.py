# SPDX-License-Identifier: GPL-2.0-or-later
"""Gradient error (Rhemann et al., CVPR 2009)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from ..common.arrays import Floats

_SIGMA, _EPSILON = 1.4, 1e-2


def _derivative_filter() -> Floats:
    """Return the filter of the horizontal derivative: a Gaussian down, its derivative across."""
    half = int(np.ceil(_SIGMA * np.sqrt(-2 * np.log(np.sqrt(2 * np.pi) * _SIGMA * _EPSILON))))
    x = np.arange(-half, half + 1)
    gaussian = np.exp(-(x**2) / (2 * _SIGMA**2)) / (_SIGMA * np.sqrt(2 * np.pi))
    filter_x = np.outer(gaussian, -x * gaussian / _SIGMA**2)
    scaled: Floats = filter_x / np.sqrt(np.square(filter_x).sum())
    return scaled


_FILTER = _derivative_filter()


def _magnitude(alpha: Floats) -> Floats:
    lowest, span = np.min(alpha), np.ptp(alpha)
    stretched = (alpha - lowest) / span if span else np.zeros_like(alpha)
    x, y = (
        cv2.filter2D(stretched.astype(np.float32), cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE)
        for kernel in (_FILTER, _FILTER.T)
    )
    magnitude: Floats = np.hypot(x, y)
    return magnitude


def grad(alpha: Floats, truth: Floats) -> float:
    """Return the sum of squared differences of the gradients' magnitudes, / 1e3.

    Both are stretched to 0..1 first, as Robust Video Matting's evaluation does. It is a sum, so
    it compares only at one size of picture.
    """
    return float(np.square(_magnitude(alpha) - _magnitude(truth), dtype=np.float64).sum() / 1e3)
