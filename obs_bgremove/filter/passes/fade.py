# SPDX-License-Identifier: GPL-2.0-or-later
"""One background over into the next; see shaders/fade.effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import Replacing
from ...obs.structs import FORMAT_RGBA
from .drawing import set_vec4
from .techniques import FadeTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from ...obs.graphics import RenderTarget
    from .geometry import Size
    from .shaders import Shaders


class Fade:
    """Keeps the picture of a background that goes, and mixes the one that comes into it."""

    def __init__(self, gpu: GpuObjects, shaders: Shaders) -> None:
        self._shaders = shaders
        self._before = gpu.target(FORMAT_RGBA)
        self._mixed = gpu.target(FORMAT_RGBA)

    def keep(self, texture: int, size: Size) -> None:
        """Keep a picture (sRGB-encoded, opaque) as the one that goes."""
        self._draw(texture, texture, 1.0, self._before, size)

    def mix(self, texture: int, share: float, size: Size) -> int:
        """Return the picture that was kept with ``share`` (0 to 1) of another one in it, as a texture."""
        self._draw(self._before.texture, texture, share, self._mixed, size)
        return self._mixed.texture

    def _draw(self, before: int, image: int, share: float, into: RenderTarget, size: Size) -> None:
        effect = self._shaders.fade
        with Replacing():
            lib.gs_effect_set_texture(effect["before"], before)
            lib.gs_effect_set_texture(effect["image"], image)
            set_vec4(effect["options"], share, 0.0)
            into.fill(effect, FadeTechnique.MIX, *size)
