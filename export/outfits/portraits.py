# SPDX-License-Identifier: GPL-2.0-or-later
"""Cuts the person out of a photograph as the worker cuts it out of a frame: by the alpha of ``fast``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from obs_bgremove.worker.outfits.portrait import fitted, most_prominent, portrait

from ..common import scale
from ..common.errors import ExportError
from ..graph.runner import Runner
from ..shelf.locate import locate

if TYPE_CHECKING:
    from pathlib import Path

    from ..common.arrays import Bytes

#: The network whose alpha shows where the person is, and how often it sees a photograph: its memory settles.
MODEL, LOOKS = "fast", 2
#: A person who is so many times as high as wide is seen whole; before a webcam only the upper part is.
_WHOLE = 1.3


class Portraits:
    """Makes portraits of ``height`` x ``width``, uint8 [height, width, 4]."""

    def __init__(self, height: int, width: int) -> None:
        self._runner = Runner(locate(MODEL))
        self._size = height, width

    def of(self, picture: Bytes) -> Bytes:
        """Return the portrait of the person in a photograph, uint8 [h, w, 3] BGR.

        Where nobody is found it is the whole photograph, as nobody would be asked about that live.
        """
        return self._made(picture, self._alpha(picture))

    def near(self, picture: Bytes, share: float) -> Bytes | None:
        """Return the portrait of the upper ``share`` of the person, as a webcam frames it.

        None if the person is not seen whole in the photograph, which then is framed so already.
        """
        alpha = self._alpha(picture)
        box = most_prominent(alpha)
        if box is None or box.bottom - box.top < _WHOLE * (box.right - box.left):
            return None
        end = box.top + round(share * (box.bottom - box.top))
        return self._made(picture[:end], alpha[:end])

    def _alpha(self, picture: Bytes) -> Bytes:
        self._runner.reset()
        frame = scale.to_frame(picture, self._runner.height, self._runner.width)
        for _ in range(LOOKS):
            small = self._runner.alpha(frame)
        alpha: Bytes = cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return alpha

    def _made(self, picture: Bytes, alpha: Bytes) -> Bytes:
        made = portrait(picture, alpha, *self._size)
        return fitted(np.dstack([picture, alpha]), *self._size) if made is None else made


def read(path: Path) -> Bytes:
    """Return a photograph, uint8 [h, w, 3] BGR; raise ExportError if it cannot be read."""
    picture: Bytes | None = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ExportError(f"{path} is not a picture that can be read; replace or remove it.")
    return picture
