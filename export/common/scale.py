# SPDX-License-Identifier: GPL-2.0-or-later
"""From a picture of any size to a model's frame, and from its alpha back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .arrays import Bytes


class Answers(Protocol):
    """Whatever answers frames with alphas, as a Runner does."""

    height: int
    width: int

    def alpha(self, frame: Bytes) -> Bytes:
        """Return the alpha [H, W] of a frame [H, W, 4] BGRA."""
        ...


def to_frame(picture: Bytes, height: int, width: int) -> Bytes:
    """Return a picture (uint8 [h, w, 3] BGR) as a frame (uint8 [height, width, 4] BGRA).

    Squeezed to fit, as the filter does: each pixel of the frame averages those it covers.
    """
    shrinks = height <= picture.shape[0] and width <= picture.shape[1]
    small = cv2.resize(
        picture, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    frame: Bytes = cv2.cvtColor(small, cv2.COLOR_BGR2BGRA)
    return frame


def to_picture(alpha: Bytes, height: int, width: int) -> NDArray[np.float32]:
    """Return an alpha (uint8 [h, w]) at a picture's size, float32 [height, width] in 0..1."""
    sized: NDArray[np.float32] = cv2.resize(
        alpha.astype(np.float32) / 255, (width, height), interpolation=cv2.INTER_LINEAR
    )
    return sized


def alpha_of(picture: Bytes, runner: Answers) -> NDArray[np.float32]:
    """Return what a model answers to a picture (uint8 [h, w, 3] BGR), at its size: float32 [h, w] in 0..1."""
    return to_picture(runner.alpha(to_frame(picture, runner.height, runner.width)), *picture.shape[:2])
