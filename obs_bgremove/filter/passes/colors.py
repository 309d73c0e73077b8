# SPDX-License-Identifier: GPL-2.0-or-later
"""The colours of person and room around each pixel; see shaders/colors.effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.structs import FORMAT_RGBA, FORMAT_RGBA16F
from .cut import EdgeColors
from .drawing import set_vec4
from .techniques import ColorsTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from ...obs.graphics import RenderTarget
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
        self._means = gpu.target(FORMAT_RGBA)
        self._half = gpu.target(FORMAT_RGBA16F)

    def draw(self, small: RenderTarget, alpha: int) -> EdgeColors:
        """Return the person's and the room's colours of a frame at the model's input size."""
        width, height = small.width // self.FRACTION, small.height // self.FRACTION
        # Both lie in one texture, side by side.
        size = 2 * width, height
        effect = self._effect
        lib.gs_effect_set_texture(effect["frame"], small.texture)
        lib.gs_effect_set_texture(effect["alpha"], alpha)
        set_vec4(effect["pixel"], self.SIGMA / small.width, 0.0)
        half = self._half.fill(effect, ColorsTechnique.GATHER, *size)
        lib.gs_effect_set_texture(effect["image"], half)
        set_vec4(effect["pixel"], 0.0, self.SIGMA / small.height)
        means = self._means.fill(effect, ColorsTechnique.MEAN, *size)
        return EdgeColors(means, 0.5 / width, means, 1 / small.width)
