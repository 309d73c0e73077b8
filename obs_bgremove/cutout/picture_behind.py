# SPDX-License-Identifier: GPL-2.0-or-later
"""A picture file as the background, placed as OBS places it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..filter.backgrounds.fit import place
from ..filter.backgrounds.own import Color
from ..filter.passes.drawn_background import DrawnBackground
from ..filter.passes.geometry import Size
from ..filter.passes.techniques import CompositeTechnique
from ..obs.structs import FORMAT_RGBA
from . import picture_files
from .textures import Sampled, Texture, premultiply

if TYPE_CHECKING:
    from ..filter.options.settings import Settings
    from ..filter.passes.cut import Cut
    from ..filter.passes.passes import Passes
    from .software_gpu import SoftwareGpu

_ALL = (0, 1, 2, 3)


class PictureBehind(Color):
    """A picture over the background colour."""

    def __init__(self, settings: Settings, gpu: SoftwareGpu) -> None:
        """Read it; raise CutoutProblem."""
        super().__init__(settings)
        picture = picture_files.read(Path(settings.background_path))
        self._texture = Texture(picture.shape[1], picture.shape[0], FORMAT_RGBA)
        self._texture.planes[...] = picture.transpose(2, 0, 1)[[2, 1, 0, 3]]
        premultiply(self._texture.planes)
        self._fit = settings.background_fit
        self._gpu = gpu
        self._size: Size | None = None

    def draw(self, passes: Passes, cut: Cut) -> DrawnBackground:
        """Draw the picture, if it was not drawn at this size."""
        if self._size != cut.size:
            with passes.background.drawing(*cut.size):
                self._draw(self._gpu.texture(passes.background.texture), cut.size)
            self._size = cut.size
        return DrawnBackground(CompositeTechnique.ON_IMAGE, passes.background.texture)

    def _draw(self, target: Texture, size: Size) -> None:
        left, top, scale_x, scale_y = place(Size(*self._texture.size), size, self._fit)
        width, height = self._texture.size
        picture = Sampled(self._texture, decode=True)
        color = np.array(self._drawn.color, np.float32)[:, None]
        x = ((np.arange(size.width) + 0.5 - left) / (scale_x * width)).astype(np.float32)
        for row in range(size.height):
            y = np.full_like(x, (row + 0.5 - top) / (scale_y * height))
            there = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
            shown = picture.at(np.stack([x, y]), _ALL, "linear") * there
            target.write(row, shown + color * (1 - shown[3]), encode=True)
