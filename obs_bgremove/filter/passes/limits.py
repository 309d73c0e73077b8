# SPDX-License-Identifier: GPL-2.0-or-later
"""What of an alpha is kept: people inside an area, or everything but people; see shaders/edge.effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.structs import FORMAT_R8
from .drawing import flag, set_vec4
from .geometry import WHOLE, Region
from .techniques import EdgeTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from ...obs.graphics import DynamicTexture
    from .shaders import Shaders

#: Beyond any picture, in pixels: where the area has no limit.
_FAR = 1e6


class Limits:
    """Draws the alpha that is kept, in the size of the network's."""

    def __init__(self, gpu: GpuObjects, shaders: Shaders) -> None:
        self._effect = shaders.edge
        self._target = gpu.target(FORMAT_R8)

    def draw(self, alpha: DynamicTexture, seen: Region, area: Region, invert: bool) -> int:
        """Return the texture of what is kept of an alpha that covers the part ``seen`` of the frame.

        Nothing is drawn if all of it is. ``invert``: keep everything but people in the area.
        """
        if area == WHOLE and not invert:
            return alpha.texture
        width, height = alpha.width, alpha.height
        left, right = ((x - seen.x) / seen.width * width for x in (area.x, area.right))
        top, bottom = ((y - seen.y) / seen.height * height for y in (area.y, area.bottom))
        # A side of the picture limits nothing: there the alpha goes on to its last pixel.
        left, top = left if area.x > 0 else -_FAR, top if area.y > 0 else -_FAR
        right, bottom = right if area.right < 1 else _FAR, bottom if area.bottom < 1 else _FAR
        lib.gs_effect_set_texture(self._effect["alpha"], alpha.texture)
        set_vec4(self._effect["area"], left, top, right, bottom)
        set_vec4(self._effect["limits"], width, height, flag(invert))
        return self._target.fill(self._effect, EdgeTechnique.LIMIT, width, height)
