# SPDX-License-Identifier: GPL-2.0-or-later
"""Clips whose alphas a teacher refines, frame by frame, where it agrees with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..common import scale
from ..graph.runner import Runner
from ..shelf.locate import locate
from .made_of_clips import MadeOfClips

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sequence import Clip, Clips

#: How far a teacher's alpha may be from the label's and still be the same edge.
APART = 0.5
#: Pixels from a contour of the label that its edge reaches.
REACH = 5


class Taught(MadeOfClips):
    """``clips`` with the alphas of the installed model ``teacher``; best one whose frames are of their size.

    Labels are alphas of whole photographs: where a clip shows a part of one enlarged, their edges are wide.
    The teacher sees the clip itself. Where it is more than APART away from the label, the label stays: it
    knows who is there. With ``edge_only`` it stays as well away from its contours: a teacher that something
    behind the person deceives answers with haze there.
    """

    def __init__(self, clips: Clips, teacher: str, edge_only: bool = False) -> None:
        super().__init__(clips)
        self.teacher, self.edge_only = locate(teacher), edge_only
        self._runner: Runner | None = None

    def __getitem__(self, number: int) -> Clip:
        # Made in the process that uses it: a session does not survive a fork.
        runner = self._runner = self._runner or Runner(self.teacher)
        pictures, alphas, weights = self.clips[number]
        runner.reset()
        for picture, alpha in zip(pictures, alphas):
            seen = scale.alpha_of(picture[..., ::-1], runner)
            agreed = np.abs(seen - alpha) < APART
            if self.edge_only:
                agreed &= _near_contour(alpha)
            alpha[:] = np.where(agreed, seen, alpha)
        return pictures, alphas, weights


def _near_contour(alpha: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where ``alpha`` (float32 [h, w]) crosses a half within REACH pixels."""
    around = np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8)
    return np.asarray((cv2.dilate(alpha, around) > 0.5) & (cv2.erode(alpha, around) < 0.5))
