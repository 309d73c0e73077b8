# SPDX-License-Identifier: GPL-2.0-or-later
"""Rooms to put people into, cut from photographs of people: the widest part of each in which nobody is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .stills import Still

#: A part counts if it is at least this share of the photo's width.
LEAST = 0.3


class Room(NamedTuple):
    """Columns ``left`` to ``right`` (exclusive) of a still's picture, in shares of its width."""

    still: Still
    left: float
    right: float

    def read(self, side: int) -> NDArray[np.uint8]:
        """Return the room, uint8 [H, W, 3] RGB; the whole photo's longer side is at most ``side`` pixels."""
        picture, _, _ = self.still.read(side)
        width = picture.shape[1]
        return picture[:, round(self.left * width) : max(round(self.right * width), 1)]


def find(stills: list[Still]) -> list[Room]:
    """Return the rooms of those stills that have one."""
    return [room for room in map(_room, stills) if room]


def _room(still: Still) -> Room | None:
    alpha = cv2.imread(str(still.alpha), cv2.IMREAD_GRAYSCALE)
    weight = cv2.imread(str(still.weight), cv2.IMREAD_GRAYSCALE) if still.weight else np.uint8(255)
    if alpha is None or weight is None:
        return None
    # Where the teachers were not sure somebody may be.
    alpha = np.maximum(alpha, 255 - weight)
    empty = np.concatenate([[False], alpha.max(0) < 16, [False]])
    steps = np.flatnonzero(np.diff(empty.astype(np.int8)))
    runs = steps.reshape(-1, 2)
    if not len(runs):
        return None
    left, right = runs[np.argmax(runs[:, 1] - runs[:, 0])] / alpha.shape[1]
    return Room(still, float(left), float(right)) if right - left >= LEAST else None
