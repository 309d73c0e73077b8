# SPDX-License-Identifier: GPL-2.0-or-later
"""The edge at full HD, before and after, in crops at 100 %: ``python -m tests.bench.gallery --only edge``."""

from __future__ import annotations

import cv2
import numpy

from tests.bench.hd import before, cut_out

WIDTH, HEIGHT = 1920, 1080
#: White, black and green (BGR).
COLOURS = (255, 255, 255), (0, 0, 0), (0, 200, 0)
#: The hair of the portrait.
HAIR = (slice(16, 296), slice(726, 1086))


def photograph(portrait: numpy.ndarray) -> numpy.ndarray:
    """Return the demo's portrait, uint8 [H, W, 3], enlarged into a frame of full HD."""
    factor = HEIGHT / portrait.shape[0]
    large = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    left = (WIDTH - large.shape[1]) // 2
    return cv2.copyMakeBorder(large, 0, 0, left, WIDTH - left - large.shape[1], cv2.BORDER_REPLICATE)


def row(screenshot: numpy.ndarray) -> numpy.ndarray:
    """Return the hair of a screenshot, int [HEIGHT, WIDTH, 4] BGRA, before each colour: uint8 [H, W, 3]."""
    hair = cut_out(screenshot[HAIR])
    return numpy.hstack([before(hair, colour) for colour in COLOURS])
