# SPDX-License-Identifier: GPL-2.0-or-later
"""The blurred room; see shaders/blur.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import LinearLight
from ...obs.structs import FORMAT_RGBA, FORMAT_RGBA16F
from .cut import Cut, set_alpha
from .drawing import flag, set_vec4
from .geometry import Size
from .shrink import shrink
from .techniques import BlurTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from ...obs.replays import Replays
    from .shaders import Shaders


class Blur:
    """Blurs the room of a frame, without the person in it."""

    #: At full strength the disc's radius is this part of the frame's height.
    STRONGEST = 0.1
    #: The room begins this far from the person, as a part of the frame's height.
    GUARD = 0.01
    #: The radius of the disc in pixels, about, at the size at which the room is blurred.
    RADIUS = 5
    #: At most this many pixels of the frame, across and down, become one when they are weighed: that is as
    #: many as four bilinear samples cover.
    WEIGHED = 4
    #: Where the blur grows with distance, it is computed at the size for this radius at most, as a part of
    #: the frame's height: between the frame itself and the smallest disc of that size there is nothing.
    COARSEST = 0.04

    def __init__(self, gpu: GpuObjects, shaders: Shaders, replays: Replays) -> None:
        self._shaders = shaders
        self._replays = replays
        # Weighted colours become small beside a person; eight bits would show bands there.
        self._weighed = gpu.target(FORMAT_RGBA16F)
        self._shrunk = gpu.target(FORMAT_RGBA16F)
        self._disc = gpu.target(FORMAT_RGBA16F)
        self._blurred = gpu.target(FORMAT_RGBA)
        self._blurred_hdr = gpu.target(FORMAT_RGBA16F)

    def draw(self, cut: Cut, strength: float) -> int:
        """Return the texture of the blurred room; ``strength`` is 0 to 1.

        It is sRGB-encoded, or in HDR if the frame is. Without an alpha everything counts as room. It is
        opaque, except near the person if ``cut.near`` is set: there the frame itself is to be seen.
        """
        return self._replays.draw(("blur", cut, strength), lambda: self._draw(cut, strength))

    def _draw(self, cut: Cut, strength: float) -> int:
        width, height = cut.size
        radius = max(1.0, strength * self.STRONGEST * height)
        coarsest = self.COARSEST * height if cut.near else radius
        smaller = max(int(min(radius, coarsest) / self.RADIUS), 1)
        weighed = min(smaller, self.WEIGHED)
        size = Size(math.ceil(width / weighed), math.ceil(height / weighed))
        effect = self._shaders.blur
        room = self._weighed
        lib.gs_effect_set_texture_srgb(effect["frame"], cut.hdr or cut.frame)
        set_alpha(effect, cut, self._shaders.nothing.texture)
        set_vec4(effect["options"], flag(cut.hdr), flag(cut.alpha))
        guard = self.GUARD * height / width, self.GUARD
        set_vec4(effect["distances"], *guard, 0.25 / size[0], 0.25 / size[1])
        room.fill(effect, BlurTechnique.WEIGH, *size)
        if weighed < smaller:
            small = Size(math.ceil(width / smaller), math.ceil(height / smaller))
            shrink(self._shaders.shrink, room.texture, size, self._shrunk, small)
            size, room = small, self._shrunk
        blurred = self._blurred_hdr if cut.hdr else self._blurred
        disc, fill = BlurTechnique.DISC, BlurTechnique.FILL
        if cut.near:
            disc, fill = BlurTechnique.DISC_DEPTH, BlurTechnique.FILL_DEPTH
        for technique, source, target, encoded in (
            (disc, room, self._disc, False),
            (fill, self._disc, blurred, True),
        ):
            with LinearLight(encoded):
                lib.gs_effect_set_texture(effect["image"], source.texture)
                if cut.near:
                    lib.gs_effect_set_texture(effect["nearness"], cut.near)
                set_vec4(effect["distances"], radius / width, radius / height)
                set_vec4(effect["options"], flag(cut.hdr), flag(cut.alpha), radius / smaller)
                target.fill(effect, technique, *size)
        return blurred.texture
