# SPDX-License-Identifier: GPL-2.0-or-later
"""The drawing passes: each takes textures and leaves one, all on OBS' GPU context.

Every pass owns its render targets and uses them again in each frame; nothing is allocated
per frame unless a size changes.
"""

from __future__ import annotations

import math
from ctypes import byref
from pathlib import Path

from ..obs.functions import lib
from ..obs.graphics import BaseEffect, Effect, RenderTarget, blending, linear_light
from ..obs.structs import (
    BLEND_INV_SRC_ALPHA,
    BLEND_ONE,
    BLEND_SRC_ALPHA,
    BLEND_ZERO,
    EFFECT_AREA,
    EFFECT_DEFAULT,
    FORMAT_BGRA,
    FORMAT_R8,
    FORMAT_RGBA16F,
    SPACE_709_SCRGB,
    Vec2,
)

REPLACE = (BLEND_ONE, BLEND_ZERO)
PREMULTIPLIED = (BLEND_ONE, BLEND_INV_SRC_ALPHA)
#: What a source expects that draws itself into a scene.
AS_IN_SCENE = (BLEND_SRC_ALPHA, BLEND_INV_SRC_ALPHA, BLEND_ONE, BLEND_INV_SRC_ALPHA)

_SHADERS = Path(__file__).parent / "shaders"


class Shaders:
    """The compiled effects, shared by all filters."""

    def __init__(self):
        self.foreground = Effect(_SHADERS / "foreground.effect")
        self.edge = Effect(_SHADERS / "edge.effect")
        self.blur = Effect(_SHADERS / "blur.effect")
        self.area = BaseEffect(EFFECT_AREA)
        self.default = BaseEffect(EFFECT_DEFAULT)

    def free(self) -> None:
        """Free the GPU objects."""
        for effect in (self.foreground, self.edge, self.blur):
            effect.free()


def _set_vec2(uniform: int, x: float, y: float) -> None:
    lib.gs_effect_set_vec2(uniform, byref(Vec2(x, y)))


class Shrink:
    """Scales a frame to the input size of the model: BGRA, sRGB-encoded as cameras deliver it."""

    def __init__(self, shaders: Shaders):
        self._shaders = shaders
        self._target = RenderTarget(FORMAT_BGRA)

    def draw(self, texture: int, width: int, height: int, to_width: int, to_height: int) -> int:
        """Return the texture of to_width x to_height pixels."""
        # Averaging the area under each pixel keeps thin things (fingers, cables) that
        # bilinear sampling would skip; to enlarge, bilinear is the right one.
        smaller = width > to_width or height > to_height
        effect = self._shaders.area if smaller else self._shaders.default
        with self._target.drawing(to_width, to_height), blending(*REPLACE), linear_light(False):
            if smaller:
                _set_vec2(effect["base_dimension"], width, height)
                _set_vec2(effect["base_dimension_i"], 1.0 / width, 1.0 / height)
            lib.gs_effect_set_texture(effect["image"], texture)
            effect.draw(b"Draw", to_width, to_height)
        return self._target.texture

    def free(self) -> None:
        """Free the GPU objects."""
        self._target.free()


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
    """Draws the blurred room of a frame, without the person in it."""

    #: At full strength the standard deviation is this part of the frame's height.
    STRONGEST = 0.05

    def __init__(self, shaders: Shaders):
        self._effect = shaders.blur
        # Weighted colours become small beside a person; eight bits would show bands there.
        self._targets = RenderTarget(FORMAT_RGBA16F), RenderTarget(FORMAT_RGBA16F)

    def prepare(self, frame: int, alpha: int | None, width: int, height: int, strength: float) -> None:
        """Blur a frame; ``strength`` is 0 to 1, ``alpha`` None counts everything as room."""
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

    def draw(self, width: int, height: int) -> None:
        """Draw what ``prepare`` left, into the current render target."""
        with blending(*REPLACE), linear_light(True):
            lib.gs_effect_set_texture(self._effect["image"], self._targets[0].texture)
            self._effect.draw(b"Resolve", width, height)

    def free(self) -> None:
        """Free the GPU objects."""
        for target in self._targets:
            target.free()


def draw_foreground(shaders: Shaders, frame: int, alpha: int, width: int, height: int) -> None:
    """Draw the person over what is in the current render target."""
    effect = shaders.foreground
    with blending(*PREMULTIPLIED), linear_light(True):
        lib.gs_effect_set_texture_srgb(effect["frame"], frame)
        lib.gs_effect_set_texture(effect["alpha"], alpha)
        effect.draw(b"Draw", width, height)


def draw_result(shaders: Shaders, texture: int, width: int, height: int) -> None:
    """Draw a finished picture (premultiplied) where OBS wants it, as OBS' own filters do."""
    effect = shaders.default
    linear = lib.gs_get_linear_srgb()
    technique = b"Draw"
    if lib.gs_get_color_space() == SPACE_709_SCRGB:
        technique = b"DrawMultiply"
        lib.gs_effect_set_float(effect["multiplier"], lib.obs_get_video_sdr_white_level() / 80.0)
    with blending(*PREMULTIPLIED), linear_light(linear):
        set_texture = lib.gs_effect_set_texture_srgb if linear else lib.gs_effect_set_texture
        set_texture(effect["image"], texture)
        effect.draw(technique, width, height)
