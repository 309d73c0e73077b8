# SPDX-License-Identifier: GPL-2.0-or-later
"""Clips that are made large and learned from small: edges finer than a network's own pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from .made_of_clips import MadeOfClips

if TYPE_CHECKING:
    from .sequence import Clip, Clips
    from .taught import Taught


class Smaller(MadeOfClips):
    """``clips`` at ``height`` x ``width``: each pixel averages those that it covers.

    What a camera's frame is made smaller by in the filter, too. A pixel of the label that hair covers in part
    gets that part as its alpha, which a label or a teacher of the small size can only guess.
    """

    def __init__(self, clips: Clips | Taught, height: int, width: int) -> None:
        super().__init__(clips)
        self.height, self.width = height, width

    def __getitem__(self, number: int) -> Clip:
        size = self.width, self.height
        pictures, alphas, weights = (
            np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])
            for frames in self.clips[number]
        )
        return pictures, alphas, weights
