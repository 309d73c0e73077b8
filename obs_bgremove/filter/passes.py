# SPDX-License-Identifier: GPL-2.0-or-later
"""The drawing passes: each takes textures and leaves one, all on OBS' GPU context.

Every pass owns its render targets and uses them again in each frame; nothing is allocated
per frame unless a size changes.
"""

from __future__ import annotations

import math
from ctypes import byref
from pathlib import Path
from typing import NamedTuple

from ..obs.functions import lib
from ..obs.graphics import Effect, RenderTarget, blending, linear_light
from ..obs.structs import (
    BLEND_INV_SRC_ALPHA,
    BLEND_ONE,
    BLEND_SRC_ALPHA,
    BLEND_ZERO,
    FORMAT_BGRA,
    FORMAT_R8,
    FORMAT_RGBA,
    FORMAT_RGBA16F,
    SPACE_709_SCRGB,
    Vec2,
    Vec4,
)

REPLACE = (BLEND_ONE, BLEND_ZERO)
PREMULTIPLIED = (BLEND_ONE, BLEND_INV_SRC_ALPHA)
#: What a source expects that draws itself into a scene.
AS_IN_SCENE = (BLEND_SRC_ALPHA, BLEND_INV_SRC_ALPHA, BLEND_ONE, BLEND_INV_SRC_ALPHA)

_SHADERS = Path(__file__).parent / "shaders"


class Shaders:
    """The compiled effects, shared by all filters."""

    def __init__(self):
        self.shrink = Effect(_SHADERS / "shrink.effect")
        self.edge = Effect(_SHADERS / "edge.effect")
        self.blur = Effect(_SHADERS / "blur.effect")
        self.composite = Effect(_SHADERS / "composite.effect")

    def free(self) -> None:
        """Free the GPU objects."""
        for effect in (self.shrink, self.edge, self.blur, self.composite):
            effect.free()


def _set_vec2(uniform: int, x: float, y: float) -> None:
    lib.gs_effect_set_vec2(uniform, byref(Vec2(x, y)))


class Shrink:
    """Scales a frame to the input size of the model: BGRA, sRGB-encoded as cameras deliver it."""

    def __init__(self, shaders: Shaders):
        self._effect = shaders.shrink
        self._target = RenderTarget(FORMAT_BGRA)

    def draw(self, texture: int, width: int, height: int, to_width: int, to_height: int) -> int:
        """Return the texture of to_width x to_height pixels."""
        effect = self._effect
        with self._target.drawing(to_width, to_height), blending(*REPLACE), linear_light(False):
            lib.gs_effect_set_texture(effect["image"], texture)
            _set_vec2(effect["samples"], _samples(width, to_width), _samples(height, to_height))
            _set_vec2(effect["pixel"], 1.0 / to_width, 1.0 / to_height)
            effect.draw(b"Draw", to_width, to_height)
        return self._target.texture

    def free(self) -> None:
        """Free the GPU objects."""
        self._target.free()


def _samples(size: int, to_size: int) -> int:
    """Return how many bilinear samples cover the texels under one pixel of the smaller picture."""
    return min(max(math.ceil(size / to_size / 2), 1), 16)


class Edge:
    """Moves and softens the edge of an alpha, in pixels of the source."""

    def __init__(self, shaders: Shaders):
        self._effect = shaders.edge
        self._targets = RenderTarget(FORMAT_R8), RenderTarget(FORMAT_R8)

    def draw(self, alpha: int, width: int, height: int, shift: float, softness: float) -> int:
        """Return the texture of the changed alpha; the same one if there is nothing to change."""
        first, second = self._targets
        if shift:
            technique = b"Grow" if shift > 0 else b"Shrink"
            alpha = self._pass(technique, alpha, first, width, height, (0, 0), abs(shift))
        if softness:
            alpha = self._pass(b"Soften", alpha, second, width, height, (1, 0), softness)
            alpha = self._pass(b"Soften", alpha, first, width, height, (0, 1), softness)
        return alpha

    def _pass(self, technique, alpha, target, width, height, direction, reach) -> int:
        effect = self._effect
        with target.drawing(width, height), blending(*REPLACE), linear_light(False):
            lib.gs_effect_set_texture(effect["alpha"], alpha)
            _set_vec2(effect["pixel"], 1.0 / width, 1.0 / height)
            _set_vec2(effect["direction"], *direction)
            lib.gs_effect_set_float(effect["reach"], reach)
            effect.draw(technique, width, height)
        return target.texture

    def free(self) -> None:
        """Free the GPU objects."""
        for target in self._targets:
            target.free()


class Blur:
    """Blurs the room of a frame, without the person in it."""

    #: At full strength the standard deviation is this part of the frame's height.
    STRONGEST = 0.05
    #: The room begins this far from the person, as a part of the frame's height.
    GUARD = 0.01

    def __init__(self, shaders: Shaders):
        self._effect = shaders.blur
        # Weighted colours become small beside a person; eight bits would show bands there.
        self._targets = RenderTarget(FORMAT_RGBA16F), RenderTarget(FORMAT_RGBA16F)

    def draw(self, frame: int, alpha: int | None, width: int, height: int, strength: float) -> int:
        """Return the texture of sums and weights; ``strength`` is 0 to 1, ``alpha`` None: all is room."""
        sigma = max(0.5, strength * self.STRONGEST * height)
        shrink = min(max(int(sigma / 3), 1), 8)
        small = math.ceil(width / shrink), math.ceil(height / shrink)
        first, second = self._targets
        effect = self._effect
        with first.drawing(*small), blending(*REPLACE), linear_light(False):
            lib.gs_effect_set_texture_srgb(effect["frame"], frame)
            lib.gs_effect_set_texture(effect["alpha"], alpha or frame)
            lib.gs_effect_set_float(effect["has_alpha"], 1.0 if alpha else 0.0)
            _set_vec2(effect["pixel"], 0.25 / small[0], 0.25 / small[1])
            _set_vec2(effect["guard"], self.GUARD * height / width, self.GUARD)
            effect.draw(b"Weigh", *small)
        step = sigma / shrink
        for source, target, direction in (
            (first, second, (step / small[0], 0)),
            (second, first, (0, step / small[1])),
        ):
            with target.drawing(*small), blending(*REPLACE), linear_light(False):
                lib.gs_effect_set_texture(effect["image"], source.texture)
                _set_vec2(effect["pixel"], *direction)
                effect.draw(b"Blur", *small)
        return first.texture

    def free(self) -> None:
        """Free the GPU objects."""
        for target in self._targets:
            target.free()


class Ground(NamedTuple):
    """What a person is drawn on: the technique of composite.effect, and what it needs."""

    technique: bytes
    #: "OnImage": the background; "OnBlur": what ``Blur.draw`` returned.
    texture: int | None = None
    #: "OnColor": the colour, sRGB-encoded and linear.
    color: Vec4 | None = None
    linear: Vec4 | None = None


class Composite:
    """Draws the finished picture where OBS wants it."""

    def __init__(self, shaders: Shaders):
        self._effect = shaders.composite

    def draw(self, ground: Ground, frame: int, alpha: int | None, width: int, height: int) -> None:
        """Draw the person of a frame on the ground; without an alpha there is no person to draw."""
        effect = self._effect
        # In linear light, as OBS composites, unless this scene item was told otherwise.
        linear = lib.gs_get_linear_srgb()
        set_texture = lib.gs_effect_set_texture_srgb if linear else lib.gs_effect_set_texture
        set_texture(effect["frame"], frame)
        lib.gs_effect_set_texture(effect["alpha"], alpha or frame)
        lib.gs_effect_set_float(effect["has_alpha"], 1.0 if alpha else 0.0)
        lib.gs_effect_set_float(effect["multiplier"], _white())
        function = REPLACE
        if ground.technique == b"Alone":
            if not alpha:
                return
            function = PREMULTIPLIED
        elif ground.technique == b"OnColor":
            lib.gs_effect_set_vec4(effect["color"], byref(ground.linear if linear else ground.color))
        elif ground.technique == b"OnImage":
            set_texture(effect["image"], ground.texture)
        else:
            lib.gs_effect_set_texture(effect["image"], ground.texture)
            lib.gs_effect_set_float(effect["encode"], 0.0 if linear else 1.0)
        with blending(*function), linear_light(linear):
            effect.draw(ground.technique, width, height)


class Passes:
    """The passes of one filter, and the target for its background."""

    def __init__(self, shaders: Shaders):
        self.shrink = Shrink(shaders)
        self.edge = Edge(shaders)
        self.blur = Blur(shaders)
        self.composite = Composite(shaders)
        self.ground = RenderTarget(FORMAT_RGBA)

    def free(self) -> None:
        """Free the GPU objects (the shaders are shared)."""
        for one in (self.shrink, self.edge, self.blur, self.ground):
            one.free()


def _white() -> float:
    """Return what white is on the current render target."""
    if lib.gs_get_color_space() == SPACE_709_SCRGB:
        return lib.obs_get_video_sdr_white_level() / 80.0
    return 1.0
