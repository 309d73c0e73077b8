# SPDX-License-Identifier: GPL-2.0-or-later
"""The background's light on the person; see shaders/light.effect and composite.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.structs import FORMAT_R8, FORMAT_RGBA, FORMAT_RGBA32F
from .drawing import flag, set_seen, set_vec4
from .geometry import Size
from .shrink import shrink
from .techniques import ON_TEXTURE, CompositeTechnique, EdgeTechnique, LightTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from ...obs.replays import Replays
    from .cut import Cut
    from .drawn_background import DrawnBackground
    from .shaders import Shaders


class Light:
    """Makes what ``composite`` needs for light wrap and light matching."""

    #: The background is blurred by making it this much smaller.
    SMALLER = 24
    #: The standard deviation of the blurred alpha, as a part of the frame's height.
    WRAP = 0.015
    #: The time constant, in seconds, of the light that follows the background.
    SECONDS = 2.0

    def __init__(self, gpu: GpuObjects, shaders: Shaders, replays: Replays) -> None:
        self._shaders = shaders
        self._replays = replays
        self._around = gpu.target(FORMAT_RGBA)
        self._placed, self._across = gpu.target(FORMAT_R8), gpu.target(FORMAT_R8)
        self._shine = gpu.target(FORMAT_RGBA)
        # From one frame to the next they change by less than half floats can say.
        self._factors = [gpu.target(FORMAT_RGBA32F), gpu.target(FORMAT_RGBA32F)]

    def falling(
        self, background: DrawnBackground, cut: Cut, wrap: float, matching: float, seconds: float
    ) -> DrawnBackground:
        """Return the background together with what its light does to the person.

        ``wrap`` and ``matching``: strengths, 0 to 1; ``seconds``: the time since the last call.
        """
        if not (wrap or matching) or not cut.colors:
            return background
        if background.technique == CompositeTechnique.ON_COLOR:
            # A colour is no room: its light is not copied, but it may shine around the edge.
            return self._wrapped(background, cut, wrap, None)
        if background.technique in ON_TEXTURE and background.texture and not background.hdr:
            texture, size = background.texture, cut.size
            around = self._replays.draw(("around", texture, size), lambda: self.around(texture, size))
            background = self._wrapped(background, cut, wrap, around)
            if matching:
                factors = self.factors(around, cut.colors.means, matching, seconds)
                background = background._replace(factors=factors)
        return background

    def _wrapped(
        self, background: DrawnBackground, cut: Cut, wrap: float, around: int | None
    ) -> DrawnBackground:
        if not wrap:
            return background
        shine = self._replays.draw(("shine", cut, around), lambda: self.shine(cut, around))
        return background._replace(wrap=wrap, shine=shine)

    def around(self, background: int, size: Size) -> int:
        """Return the texture of the background (sRGB-encoded), blurred."""
        smaller = Size(math.ceil(size.width / self.SMALLER), math.ceil(size.height / self.SMALLER))
        shrink(self._shaders.shrink, background, size, self._around, smaller)
        return self._around.texture

    def shine(self, cut: Cut, around: int | None) -> int:
        """Return the texture of what comes around the edge, of the whole frame.

        It has the square roots of the light of ``around``, the blurred background (black without one), and
        the alpha, blurred.
        """
        nothing = self._shaders.nothing.texture
        width, height = cut.size
        sigma = self.WRAP * height
        smaller = max(1, int(sigma / 2))
        size = math.ceil(width / smaller), math.ceil(height / smaller)
        alpha = cut.alpha or nothing
        effect = self._shaders.edge
        for target, technique, across in (
            (self._placed, EdgeTechnique.PLACE, 0.0),
            (self._across, EdgeTechnique.SOFTEN, 0.5 * sigma / width),
        ):
            lib.gs_effect_set_texture(effect["alpha"], alpha)
            set_seen(effect, cut.covers)
            set_vec4(effect["offsets"], across, 0.0)
            alpha = target.fill(effect, technique, *size)
        effect = self._shaders.light
        lib.gs_effect_set_texture(effect["alpha"], alpha)
        lib.gs_effect_set_texture_srgb(effect["around"], around or nothing)
        set_vec4(effect["options"], 0.0, 0.5 * sigma / height, flag(around))
        return self._shine.fill(effect, LightTechnique.SHINE, *size)

    def factors(self, around: int, colors: int, strength: float, seconds: float) -> int:
        """Return a texture of one pixel: the factors of the person's linear colours.

        ``around`` is the blurred background, ``colors`` the means of ``EdgeColors``,
        ``strength`` 0 to 1, ``seconds`` the time since the last call.
        """
        effect = self._shaders.light
        before, after = self._factors
        self._factors.reverse()
        if not before.texture:
            with before.drawing(1, 1):
                pass  # transparent: no factors yet
        lib.gs_effect_set_texture(effect["colors"], colors)
        lib.gs_effect_set_texture_srgb(effect["around"], around)
        lib.gs_effect_set_texture(effect["before"], before.texture)
        set_vec4(effect["options"], strength, 1.0 - math.exp(-seconds / self.SECONDS))
        return after.fill(effect, LightTechnique.FACTORS, 1, 1)
