# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws the finished picture; see shaders/composite.effect."""

from __future__ import annotations

from ctypes import byref
from typing import TYPE_CHECKING, NamedTuple

from ...obs.functions import lib
from ...obs.graphics import blending, linear_light
from ...obs.structs import SPACE_709_EXTENDED, Vec4
from .cut import Cut, set_alpha, set_edge
from .drawing import PREMULTIPLIED, REPLACE, set_flag

if TYPE_CHECKING:
    from . import Passes, Shaders


class Ground(NamedTuple):
    """What a person is drawn on: the technique of composite.effect, and what it needs."""

    technique: bytes
    #: "OnImage": the background; "ShowComparison": the network's alpha.
    texture: int | None = None
    #: "OnColor": the colour, linear.
    color: Vec4 | None = None
    #: "OnImage": whether the background is in HDR (linear, white is 1).
    hdr: bool = False
    #: How much light comes around the person's edge, 0 to 1; "OnImage": from the background, blurred.
    wrap: float = 0.0
    around: int | None = None
    #: The alpha, blurred (``Light.presence``).
    presence: int | None = None
    #: What the person's light is multiplied with (``Light.factors``).
    factors: int | None = None


def composite(passes: Passes, ground: Ground, cut: Cut, width: int, height: int) -> None:
    """Draw the person on the ground, where OBS wants it; without an alpha the ground alone."""
    if ground.technique == b"Alone" and not cut.alpha:
        return
    function = PREMULTIPLIED if ground.technique == b"Alone" else REPLACE
    hdr = bool(cut.hdr) and lib.gs_get_color_space() == SPACE_709_EXTENDED
    if hdr or lib.gs_get_linear_srgb():
        with blending(*function), linear_light(True):
            _draw(passes.shaders, ground, cut, width, height, hdr, 1.0)
        return
    # OBS wants values as they are encoded: for a screenshot, or for a scene item that was told so. All is
    # computed in linear light, encoded by the target, and premultiplied after that.
    with passes.encoded.drawing(width, height), blending(*REPLACE), linear_light(True):
        _draw(passes.shaders, ground, cut, width, height, False, 1e-4)
    effect = passes.shaders.composite
    lib.gs_effect_set_texture(effect["image"], passes.encoded.texture)
    with blending(*function), linear_light(False):
        effect.draw(b"Premultiply", width, height)


def _draw(shaders: Shaders, ground: Ground, cut: Cut, width, height, hdr: bool, least_alpha: float) -> None:
    effect, nothing = shaders.composite, shaders.nothing.texture
    lib.gs_effect_set_texture_srgb(effect["frame"], cut.hdr if hdr else cut.frame)
    set_flag(effect["hdr"], hdr)
    set_flag(effect["hdr_image"], ground.hdr and not hdr)
    set_alpha(effect, cut, nothing)
    set_edge(effect, cut, nothing)
    set_flag(effect["has_alpha"], cut.alpha)
    lib.gs_effect_set_float(effect["least_alpha"], least_alpha)
    set_texture = (
        lib.gs_effect_set_texture_srgb if ground.technique == b"OnImage" else lib.gs_effect_set_texture
    )
    set_texture(effect["image"], ground.texture or nothing)
    if ground.color:
        lib.gs_effect_set_vec4(effect["color"], byref(ground.color))
    technique = ground.technique
    if ground.wrap or ground.factors:
        technique += b"Light"
        lib.gs_effect_set_texture_srgb(effect["around"], ground.around or nothing)
        lib.gs_effect_set_texture(effect["presence"], ground.presence or nothing)
        lib.gs_effect_set_texture(effect["factors"], ground.factors or nothing)
        lib.gs_effect_set_float(effect["wrap"], ground.wrap)
        set_flag(effect["match"], ground.factors)
    elif (cut.refine or cut.clean) and not technique.startswith(b"Show"):
        technique += b"Edge"
    effect.draw(technique, width, height)
