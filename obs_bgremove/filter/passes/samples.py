# SPDX-License-Identifier: GPL-2.0-or-later
"""The colours of person and room that explain each pixel best; see shaders/samples.effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.structs import FORMAT_RGBA
from .cut import set_edge
from .drawing import set_vec4
from .techniques import SamplesTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from ...obs.graphics import RenderTarget
    from .cut import Cut, EdgeColors
    from .shaders import Shaders


class Samples:
    """Single colours near an edge, where they explain a pixel better than the means around it."""

    def __init__(self, gpu: GpuObjects, shaders: Shaders) -> None:
        self._shaders = shaders
        # Eight bits are enough for what is shown in eight bits, and read fastest at full size.
        self._sides = gpu.target(FORMAT_RGBA)

    def draw(self, cut: Cut, small: RenderTarget) -> EdgeColors | None:
        """Return the colours that explain the pixels of ``small`` best.

        ``small`` is what the network saw, at its size. ``cut`` has its alpha, the means around, and the plate
        if there is one. Nothing else of it counts.
        """
        if not (cut.colors and cut.alpha):
            return cut.colors
        effect = self._shaders.samples
        set_edge(effect, cut, self._shaders.nothing.texture)
        lib.gs_effect_set_texture_srgb(effect["frame"], small.texture)
        lib.gs_effect_set_texture(effect["alpha"], cut.alpha)
        set_vec4(effect["texel"], 1 / small.width, 1 / small.height)
        sides = self._sides.fill(effect, SamplesTechnique.SIDES, 2 * small.width, small.height)
        return cut.colors._replace(texture=sides, inset=0.5 / small.width)
