# SPDX-License-Identifier: GPL-2.0-or-later
"""The pool of pictures that frames are drawn into while they wait for their alpha."""

from __future__ import annotations

import time

from ...obs.gpu_objects import GpuObjects
from ...obs.graphics import DynamicTexture
from ...obs.structs import FORMAT_BGRA, FORMAT_R8, FORMAT_RGBA, FORMAT_RGBA16F
from ..passes.geometry import WHOLE, Size


class Picture:
    """The textures of one frame.

    ``frame`` (RGBA, sRGB-encoded, premultiplied), ``small`` (BGRA, the model's input), ``alpha`` (R8).
    """

    def __init__(self) -> None:
        self._gpu = GpuObjects()
        with self._gpu.made_together():
            self.frame = self._gpu.target(FORMAT_RGBA)
            self.small = self._gpu.target(FORMAT_BGRA)
            #: The frame in HDR; ``frame`` is then OBS' conversion of it to SDR.
            self.hdr = self._gpu.target(FORMAT_RGBA16F)
        self.alpha: DynamicTexture | None = None
        self.has_hdr = False
        #: How many alphas it has had: each is of another frame.
        self.alphas = 0
        #: The part of the frame that ``small`` and ``alpha`` cover.
        self.seen = WHOLE
        #: The size of the frame that it was taken for.
        self.size = Size(0, 0)

    def upload_alpha(self, address: int, width: int, height: int) -> None:
        """Fill the alpha from uint8 [height, width], contiguous, at an address."""
        if self.alpha is None or (self.alpha.width, self.alpha.height) != (width, height):
            if self.alpha:
                self.alpha.free()
                self.alpha = None
            self.alpha = DynamicTexture(width, height, FORMAT_R8)
        self.alpha.fill(address)
        self.alphas += 1

    def free(self) -> None:
        """Free the GPU objects."""
        self._gpu.free()
        if self.alpha:
            self.alpha.free()


class Pictures:
    """Hands pictures out and takes them back; they are kept for the next frame of the same size.

    A picture of another size would only hold memory: drawn again, it gets another texture.
    """

    #: More than any delay needs. While this many wait for a slow worker, no new frame is drawn.
    MOST = 32
    #: In this many seconds the pictures are counted that were never needed. They are freed, except these few.
    #: (Not in a number of frames: an OBS that is late draws few.)
    LOOKED_AT, SPARE = 20.0, 2

    def __init__(self) -> None:
        self._free: list[Picture] = []
        self._all: list[Picture] = []
        #: The size of the frames at present.
        self._size = Size(0, 0)
        self._since = time.monotonic()
        #: The fewest pictures that were free in this time.
        self._fewest = self.MOST

    def take(self, size: Size) -> Picture | None:
        """Return a picture to draw a frame of that size into; None if too many are under way.

        Call it once for each frame.
        """
        if size != self._size:
            self._size = size
            self._give_up(len(self._free))
        self._fewest = min(self._fewest, len(self._free))
        now = time.monotonic()
        if now - self._since >= self.LOOKED_AT:
            self._give_up(self._fewest - self.SPARE)
            self._since, self._fewest = now, self.MOST
        if not self._free:
            if len(self._all) == self.MOST:
                return None
            self._all.append(Picture())
            self._free.append(self._all[-1])
        picture = self._free.pop()
        picture.size = size
        return picture

    def give_back(self, picture: Picture) -> None:
        """Take a picture back whose frame is no longer needed."""
        if picture.size == self._size:
            self._free.append(picture)
        else:
            self._drop(picture)

    def _give_up(self, count: int) -> None:
        """Free this many of the pictures that were not needed for the longest time."""
        for _ in range(count):
            self._drop(self._free.pop(0))

    def _drop(self, picture: Picture) -> None:
        self._all.remove(picture)
        picture.free()

    def free(self) -> None:
        """Free the GPU objects of all pictures, handed out or not."""
        for picture in self._all:
            picture.free()
        self._all.clear()
        self._free.clear()
