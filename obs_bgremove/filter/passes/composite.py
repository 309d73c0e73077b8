# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws the finished picture; see shaders/composite.effect."""

from __future__ import annotations

from ctypes import byref
from typing import TYPE_CHECKING, NamedTuple

from ...obs.functions import lib
from ...obs.graphics import blending, linear_light
from ...obs.structs import SPACE_709_SCRGB, Vec4
from .cut import Cut, set_alpha, set_colors
from .drawing import PREMULTIPLIED, REPLACE, set_flag

if TYPE_CHECKING:
    from . import Shaders


class Ground(NamedTuple):
    """What a person is drawn on: the technique of composite.effect, and what it needs."""

    technique: bytes
    #: "OnImage": the background; "OnBlur": what ``Blur.draw`` returned; "ShowComparison": the
    #: network's alpha.
    texture: int | None = None
    #: "OnColor": the colour, sRGB-encoded and linear.
    color: Vec4 | None = None
    linear: Vec4 | None = None


def composite(shaders: Shaders, ground: Ground, cut: Cut, width: int, height: int) -> None:
    """Draw the person on the ground, where OBS wants it; without an alpha the ground alone."""
    if ground.technique == b"Alone" and not cut.alpha:
        return
    # In linear light, as OBS composites, unless this scene item was told otherwise.
    linear = lib.gs_get_linear_srgb()
    set_texture = lib.gs_effect_set_texture_srgb if linear else lib.gs_effect_set_texture
    effect, nothing = shaders.composite, shaders.nothing.texture
    set_texture(effect["frame"], cut.frame)
    set_alpha(effect, cut, nothing)
    set_colors(effect, cut, nothing)
    lib.gs_effect_set_texture(effect["image"], nothing)
    set_flag(effect["has_alpha"], cut.alpha)
    set_flag(effect["refine"], cut.refine)
    set_flag(effect["clean"], cut.clean)
    set_flag(effect["encode"], not linear)
    lib.gs_effect_set_float(effect["multiplier"], _white())
    if ground.technique == b"OnColor":
        lib.gs_effect_set_vec4(effect["color"], byref(ground.linear if linear else ground.color))
    elif ground.technique == b"OnImage":
        set_texture(effect["image"], ground.texture)
    elif ground.texture:
        lib.gs_effect_set_texture(effect["image"], ground.texture)
    function = PREMULTIPLIED if ground.technique == b"Alone" else REPLACE
    with blending(*function), linear_light(linear):
        effect.draw(ground.technique, width, height)


def _white() -> float:
    """Return what white is on the current render target."""
    if lib.gs_get_color_space() == SPACE_709_SCRGB:
        return lib.obs_get_video_sdr_white_level() / 80.0
    return 1.0
