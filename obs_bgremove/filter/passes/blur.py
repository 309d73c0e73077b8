# SPDX-License-Identifier: GPL-2.0-or-later
"""The blurred room; see shaders/blur.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import RenderTarget, blending, linear_light
from ...obs.structs import FORMAT_RGBA, FORMAT_RGBA16F
from .cut import Cut, set_alpha
from .drawing import REPLACE, set_flag, set_vec2
from .shrink import shrink

if TYPE_CHECKING:
    from . import Shaders


class Blur:
    """Blurs the room of a frame, without the person in it."""

    #: At full strength the disc's radius is this part of the frame's height.
    STRONGEST = 0.1
    #: The room begins this far from the person, as a part of the frame's height.
    GUARD = 0.01
    #: The size at which it is blurred: the disc's radius has about so many pixels.
    RADIUS = 5
    #: The frame's pixels under one that is weighed, across and down, at most: they are four bilinear samples.
    WEIGHED = 4

    def __init__(self, shaders: Shaders):
        self._shaders = shaders
        # Weighted colours become small beside a person; eight bits would show bands there.
        self._weighed = RenderTarget(FORMAT_RGBA16F)
        self._shrunk = RenderTarget(FORMAT_RGBA16F)
        self._disc = RenderTarget(FORMAT_RGBA16F)
        self._blurred = RenderTarget(FORMAT_RGBA)
        self._blurred_hdr = RenderTarget(FORMAT_RGBA16F)

    def draw(self, cut: Cut, width: int, height: int, strength: float) -> int:
        """Return the blurred room, opaque; ``strength`` is 0 to 1. Without an alpha all is room.

        It is sRGB-encoded, or in HDR if the frame is.
        """
        radius = max(1.0, strength * self.STRONGEST * height)
        smaller = max(int(radius / self.RADIUS), 1)
        weighed = min(smaller, self.WEIGHED)
        size = math.ceil(width / weighed), math.ceil(height / weighed)
        effect = self._shaders.blur
        room = self._weighed
        with room.drawing(*size), blending(*REPLACE), linear_light(False):
            lib.gs_effect_set_texture_srgb(effect["frame"], cut.hdr or cut.frame)
            set_flag(effect["hdr"], cut.hdr)
            set_alpha(effect, cut, self._shaders.nothing.texture)
            set_flag(effect["has_alpha"], cut.alpha)
            set_vec2(effect["pixel"], 0.25 / size[0], 0.25 / size[1])
            set_vec2(effect["guard"], self.GUARD * height / width, self.GUARD)
            effect.draw(b"Weigh", *size)
        if weighed < smaller:
            small = math.ceil(width / smaller), math.ceil(height / smaller)
            shrink(self._shaders.shrink, room.texture, size, self._shrunk, *small)
            size, room = small, self._shrunk
        blurred = self._blurred_hdr if cut.hdr else self._blurred
        for technique, source, target, encoded in (
            (b"Disc", room, self._disc, False),
            (b"Fill", self._disc, blurred, True),
        ):
            with target.drawing(*size), blending(*REPLACE), linear_light(encoded):
                lib.gs_effect_set_texture(effect["image"], source.texture)
                set_vec2(effect["radius"], radius / width, radius / height)
                set_flag(effect["hdr"], cut.hdr)
                effect.draw(technique, *size)
        return blurred.texture

    def free(self) -> None:
        """Free the GPU objects."""
        for target in (self._weighed, self._shrunk, self._disc, self._blurred, self._blurred_hdr):
            target.free()
