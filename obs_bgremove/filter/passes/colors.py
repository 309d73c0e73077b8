# SPDX-License-Identifier: GPL-2.0-or-later
"""The colours of person and room around each pixel; see shaders/colors.effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import RenderTarget, blending, linear_light
from ...obs.structs import FORMAT_RGBA, FORMAT_RGBA16F
from .drawing import REPLACE, set_vec2
from .techniques import ColorsTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from .shaders import Shaders


class Colors:
    """Means over a Gaussian, and how much of person or room they are made of."""

    #: Standard deviation in pixels of the model's input.
    SIGMA = 2.5
    #: The means are computed at this fraction of the model's input size.
    FRACTION = 2

    def __init__(self, gpu: GpuObjects, shaders: Shaders) -> None:
        self._effect = shaders.colors
        # Eight bits are enough for what is shown in eight bits, and read fastest at full size.
        self._person = gpu.target(FORMAT_RGBA)
        self._room = gpu.target(FORMAT_RGBA)
        self._half = gpu.target(FORMAT_RGBA16F)

    def draw(self, small: RenderTarget, alpha: int) -> tuple[int, int]:
        """Return the textures of the person's and the room's colours of a frame at the model's input size."""
        width, height = small.width // self.FRACTION, small.height // self.FRACTION
        across, down = (self.SIGMA / small.width, 0.0), (0.0, self.SIGMA / small.height)
        effect = self._effect
        for technique, target in ((ColorsTechnique.PERSON, self._person), (ColorsTechnique.ROOM, self._room)):
            with self._half.drawing(width, height), blending(*REPLACE), linear_light(False):
                lib.gs_effect_set_texture(effect["frame"], small.texture)
                lib.gs_effect_set_texture(effect["alpha"], alpha)
                set_vec2(effect["pixel"], *across)
                effect.draw(technique, width, height)
            with target.drawing(width, height), blending(*REPLACE), linear_light(False):
                lib.gs_effect_set_texture(effect["image"], self._half.texture)
                set_vec2(effect["pixel"], *down)
                effect.draw(ColorsTechnique.MEAN, width, height)
        return self._person.texture, self._room.texture
