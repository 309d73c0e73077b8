# SPDX-License-Identifier: GPL-2.0-or-later
"""Cuts the person out of one picture after the other, by the filter's own passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..filter.compositor import compose
from ..filter.frames.exchange import Shown
from ..filter.frames.pictures import Picture
from ..filter.passes.composite import composite
from ..filter.passes.geometry import Size
from ..filter.passes.passes import Passes
from ..filter.passes.shaders import Shaders
from ..filter.passes.shrink import shrink
from ..obs.graphics import Replacing
from .alphas import Alphas
from .textures import premultiply

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..filter.backgrounds.background import Background
    from ..filter.options.settings import Settings
    from ..filter.passes.geometry import Region
    from ..worker.inference.engine import Engine
    from .alphas import Seen
    from .software_gpu import SoftwareGpu

    Bytes = NDArray[np.uint8]

#: The colours of files and networks (B, G, R, A) in the order of textures, and the other way round.
_BGRA = [2, 1, 0, 3]
#: The seconds since another picture or clip: nothing of it is left in what follows slowly.
_LONG = 1e9


class Cutter:
    """One network and one look. ``gpu`` is to be installed while it is made and used."""

    def __init__(self, gpu: SoftwareGpu, engine: Engine, settings: Settings, background: Background) -> None:
        self._gpu = gpu
        self._engine = engine
        self._settings = settings
        self.background = background
        self._passes = Passes(Shaders())
        self._picture = Picture()
        self._alphas = self._without_memory()
        self._first = True

    def _without_memory(self) -> Alphas:
        return Alphas(self._engine, self._settings)

    def begin(self) -> None:
        """Forget the frames before: another clip begins."""
        self._alphas = self._without_memory()
        self._first = True
        self._passes.plate.forget()

    def seen(self, picture: Bytes) -> tuple[Bytes, Bytes]:
        """Return what the network sees of a picture, uint8 [h, w, 4] BGRA, and its alpha, uint8 [h, w]."""
        self._upload(picture)
        alpha, region = self._without_memory().of_picture(self._look)
        return self._look(region), alpha

    def picture(self, picture: Bytes) -> Bytes:
        """Return a picture with its room replaced; both are uint8 [H, W, 4] BGRA, not premultiplied."""
        self._upload(picture)
        self._passes.plate.forget()
        return self._shown(self._without_memory().of_picture(self._look), _LONG)

    def frame(self, picture: Bytes, seconds: float) -> Bytes:
        """Return the next frame of a clip; ``seconds``: the time since the one before. As ``picture``."""
        self._upload(picture)
        seconds, self._first = _LONG if self._first else seconds, False
        return self._shown(self._alphas.of_frame(self._look), seconds)

    @property
    def _size(self) -> Size:
        return Size(self._picture.frame.width, self._picture.frame.height)

    def _upload(self, picture: Bytes) -> None:
        height, width = picture.shape[:2]
        with self._picture.frame.drawing(width, height):
            planes = self._gpu.texture(self._picture.frame.texture).planes
            for plane, component in zip(planes, _BGRA):
                cv2.extractChannel(picture, component, plane)
            premultiply(planes)

    def _look(self, region: Region) -> Bytes:
        """Return a part of the picture at the network's size: uint8 [H, W, 4] BGRA."""
        frame, small = self._picture.frame, self._picture.small
        size = Size(self._engine.width, self._engine.height)
        with Replacing():
            shrink(self._passes.shaders.shrink, frame.texture, self._size, small, size, region)
        self._picture.seen = region
        return self._pixels(small.texture)

    def _pixels(self, texture: int) -> Bytes:
        planes = self._gpu.texture(texture).planes
        return np.asarray(cv2.merge([planes[component] for component in _BGRA]), np.uint8)

    def _shown(self, seen: Seen, seconds: float) -> Bytes:
        if self._picture.seen != seen.region:
            # The colours around the edge are those of the very part that the alpha is of.
            self._look(seen.region)
        height, width = seen.alpha.shape
        alpha = np.ascontiguousarray(seen.alpha)
        self._picture.upload_alpha(alpha.ctypes.data, width, height)
        shown = Shown(self._picture, self._picture, 0)
        with Replacing():
            composed = compose(self._passes, self._settings, self.background, shown, self._size, seconds)
        composite(self._passes, *composed)
        # Encoded, and not premultiplied: what OBS would get is drawn from that, and has no target here.
        return self._pixels(self._passes.encoded.texture)
