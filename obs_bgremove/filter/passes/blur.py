# SPDX-License-Identifier: GPL-2.0-or-later
"""The blurred room; see shaders/blur.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import RenderTarget, blending, linear_light
from ...obs.structs import FORMAT_RGBA16F
from .cut import Cut, set_alpha
from .drawing import REPLACE, set_flag, set_vec2

if TYPE_CHECKING:
    from . import Shaders


class Blur:
    """Blurs the room of a frame, without the person in it."""

    #: At full strength the standard deviation is this part of the frame's height.
    STRONGEST = 0.05
    #: The room begins this far from the person, as a part of the frame's height.
    GUARD = 0.01

    def __init__(self, shaders: Shaders):
        self._effect = shaders.blur
        self._nothing = shaders.nothing.texture
        # Weighted colours become small beside a person; eight bits would show bands there.
        self._targets = RenderTarget(FORMAT_RGBA16F), RenderTarget(FORMAT_RGBA16F)

    def draw(self, cut: Cut, width: int, height: int, strength: float) -> int:
        """Return the texture of sums and weights; ``strength`` is 0 to 1. Without an alpha all is room."""
        sigma = max(0.5, strength * self.STRONGEST * height)
        shrink = min(max(int(sigma / 3), 1), 8)
        small = math.ceil(width / shrink), math.ceil(height / shrink)
        first, second = self._targets
        effect = self._effect
        with first.drawing(*small), blending(*REPLACE), linear_light(False):
            lib.gs_effect_set_texture_srgb(effect["frame"], cut.hdr or cut.frame)
            set_alpha(effect, cut, self._nothing)
            set_flag(effect["has_alpha"], cut.alpha)
            set_vec2(effect["pixel"], 0.25 / small[0], 0.25 / small[1])
            set_vec2(effect["guard"], self.GUARD * height / width, self.GUARD)
            effect.draw(b"Weigh", *small)
        step = sigma / shrink
        for source, target, direction in (
            (first, second, (step / small[0], 0)),
            (second, first, (0, step / small[1])),
        ):
            with target.drawing(*small), blending(*REPLACE), linear_light(False):
                lib.gs_effect_set_texture(effect["image"], source.texture)
                set_vec2(effect["pixel"], *direction)
                effect.draw(b"Blur", *small)
        return first.texture

    def free(self) -> None:
        """Free the GPU objects."""
        for target in self._targets:
            target.free()
