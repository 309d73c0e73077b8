# SPDX-License-Identifier: GPL-2.0-or-later
"""The background's light on the person; see shaders/light.effect and composite.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import RenderTarget, blending, linear_light
from ...obs.structs import FORMAT_R8, FORMAT_RGBA, FORMAT_RGBA16F
from .drawing import REPLACE, set_seen, set_vec2
from .geometry import WHOLE
from .shrink import shrink

if TYPE_CHECKING:
    from . import Shaders
    from .composite import Ground
    from .cut import Cut


class Light:
    """Makes what ``composite`` needs for light wrap and light matching."""

    #: The background is blurred by being that much smaller.
    SMALLER = 24
    #: The standard deviation of the blurred alpha, as a part of the frame's height.
    WRAP = 0.015
    #: After so many seconds the light has come by two thirds nearer to what it shall be.
    SECONDS = 2.0

    def __init__(self, shaders: Shaders):
        self._shaders = shaders
        self._around = RenderTarget(FORMAT_RGBA)
        self._presence = [RenderTarget(FORMAT_R8), RenderTarget(FORMAT_R8)]
        self._factors = [RenderTarget(FORMAT_RGBA16F), RenderTarget(FORMAT_RGBA16F)]

    def falling(
        self, ground: Ground, cut: Cut, width: int, height: int, wrap: float, matching: float, seconds: float
    ) -> Ground:
        """Return the ground with what its light does to the person.

        ``wrap`` and ``matching``: strengths, 0 to 1; ``seconds``: the time since the last call.
        """
        if not (wrap or matching) or not cut.colors:
            return ground
        if ground.technique == b"OnColor":
            # A colour is no room: its light is not copied, but it may shine around the edge.
            return self._wrapped(ground, cut, width, height, wrap)
        if ground.technique == b"OnImage" and not ground.hdr:
            around = self.around(ground.texture, width, height)
            ground = self._wrapped(ground, cut, width, height, wrap)._replace(around=around)
            if matching:
                ground = ground._replace(factors=self.factors(around, cut.colors[0], matching, seconds))
        return ground

    def _wrapped(self, ground, cut, width, height, wrap):
        presence = self.presence(cut, width, height) if wrap else None
        return ground._replace(wrap=wrap, presence=presence)

    def around(self, background: int, width: int, height: int) -> int:
        """Return the background (sRGB-encoded), blurred."""
        size = math.ceil(width / self.SMALLER), math.ceil(height / self.SMALLER)
        shrink(self._shaders.shrink, background, (width, height), self._around, *size)
        return self._around.texture

    def presence(self, cut: Cut, width: int, height: int) -> int:
        """Return the alpha, blurred, in the frame."""
        effect = self._shaders.edge
        sigma = self.WRAP * height
        smaller = max(1, int(sigma / 2))
        size = math.ceil(width / smaller), math.ceil(height / smaller)
        alpha = cut.alpha
        for technique, across in (
            (b"Place", (0.0, 0.0)),
            (b"Soften", (0.5 * sigma / width, 0.0)),
            (b"Soften", (0.0, 0.5 * sigma / height)),
        ):
            self._presence.reverse()
            with self._presence[0].drawing(*size), blending(*REPLACE), linear_light(False):
                lib.gs_effect_set_texture(effect["alpha"], alpha)
                set_seen(effect, WHOLE if cut.placed else cut.seen)
                set_vec2(effect["across"], *across)
                effect.draw(technique, *size)
            alpha = self._presence[0].texture
        return alpha

    def factors(self, around: int, person: int, strength: float, seconds: float) -> int:
        """Return the texture, one pixel, that the person's linear colours are to be multiplied with.

        ``around`` is the blurred background, ``person`` the person's colours (``Colors.draw``),
        ``strength`` 0 to 1, ``seconds`` the time since the last call.
        """
        effect = self._shaders.light
        before, after = self._factors
        self._factors.reverse()
        if not before.texture:
            with before.drawing(1, 1):
                pass  # transparent: no factors yet
        with after.drawing(1, 1), blending(*REPLACE), linear_light(False):
            lib.gs_effect_set_texture(effect["person_colors"], person)
            lib.gs_effect_set_texture_srgb(effect["around"], around)
            lib.gs_effect_set_texture(effect["before"], before.texture)
            lib.gs_effect_set_float(effect["strength"], strength)
            lib.gs_effect_set_float(effect["rate"], 1.0 - math.exp(-seconds / self.SECONDS))
            effect.draw(b"Factors", 1, 1)
        return after.texture

    def free(self) -> None:
        """Free the GPU objects."""
        for target in (self._around, *self._presence, *self._factors):
            target.free()
