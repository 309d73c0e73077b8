# SPDX-License-Identifier: GPL-2.0-or-later
"""The pool of pictures that frames are drawn into while they wait for their alpha."""

from __future__ import annotations

from ...obs.graphics import DynamicTexture, RenderTarget
from ...obs.structs import FORMAT_BGRA, FORMAT_R8, FORMAT_RGBA, FORMAT_RGBA16F
from ..passes.geometry import WHOLE


class Picture:
    """A frame (RGBA, sRGB-encoded, premultiplied), what the model sees of it (BGRA), its alpha."""

    def __init__(self):
        self.frame = RenderTarget(FORMAT_RGBA)
        self.small = RenderTarget(FORMAT_BGRA)
        self.alpha: DynamicTexture | None = None
        #: An HDR frame's own light; ``frame`` is then what OBS makes of it for SDR.
        self.hdr = RenderTarget(FORMAT_RGBA16F)
        self.has_hdr = False
        #: The part of the frame that ``small`` and ``alpha`` are of.
        self.seen = WHOLE

    def upload_alpha(self, address: int, width: int, height: int) -> None:
        """Fill the alpha from height x width contiguous bytes."""
        if self.alpha is None or (self.alpha.width, self.alpha.height) != (width, height):
            if self.alpha:
                self.alpha.free()
            self.alpha = DynamicTexture(width, height, FORMAT_R8)
        self.alpha.fill(address)

    def free(self) -> None:
        """Free the GPU objects."""
        self.frame.free()
        self.small.free()
        self.hdr.free()
        if self.alpha:
            self.alpha.free()


class Pictures:
    """Hands pictures out and takes them back; they are kept for the next frame."""

    #: More than any delay needs; a worker so slow that this many wait gets no new frame.
    MOST = 32

    def __init__(self):
        self._free: list[Picture] = []
        self._all: list[Picture] = []

    def take(self) -> Picture | None:
        """Return a picture to draw into; None if too many are under way."""
        if self._free:
            return self._free.pop()
        if len(self._all) == self.MOST:
            return None
        self._all.append(Picture())
        return self._all[-1]

    def give_back(self, picture: Picture) -> None:
        """Take a picture back whose frame is no longer needed."""
        self._free.append(picture)

    def free(self) -> None:
        """Free the GPU objects of all pictures, handed out or not."""
        for picture in self._all:
            picture.free()
        self._all.clear()
        self._free.clear()
