# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws the finished picture; see shaders/composite.effect."""

from __future__ import annotations

from ctypes import byref
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import blending, linear_light
from ...obs.structs import SPACE_709_EXTENDED
from .cut import Cut, set_alpha, set_edge
from .drawing import PREMULTIPLIED, REPLACE, set_flag
from .techniques import WITH_EDGE, WITH_LIGHT, CompositeTechnique

if TYPE_CHECKING:
    from .drawn_background import DrawnBackground
    from .passes import Passes
    from .shaders import Shaders


def composite(passes: Passes, background: DrawnBackground, cut: Cut) -> None:
    """Draw the person on the background into OBS' current target; without an alpha the background alone."""
    alone = background.technique == CompositeTechnique.ALONE
    if alone and not cut.alpha:
        return
    function = PREMULTIPLIED if alone else REPLACE
    hdr = bool(cut.hdr) and lib.gs_get_color_space() == SPACE_709_EXTENDED
    if hdr or lib.gs_get_linear_srgb():
        with blending(*function), linear_light(True):
            _draw(passes.shaders, background, cut, hdr, 1.0)
        return
    # OBS wants encoded values: for a screenshot, or for a scene item that blends them so. All is computed in
    # linear light, encoded by the target, and premultiplied after that.
    with passes.encoded.drawing(*cut.size), blending(*REPLACE), linear_light(True):
        _draw(passes.shaders, background, cut, False, 1e-4)
    effect = passes.shaders.composite
    lib.gs_effect_set_texture(effect["image"], passes.encoded.texture)
    with blending(*function), linear_light(False):
        effect.draw(CompositeTechnique.PREMULTIPLY, *cut.size)


def _draw(shaders: Shaders, background: DrawnBackground, cut: Cut, hdr: bool, least_alpha: float) -> None:
    effect, nothing = shaders.composite, shaders.nothing.texture
    lib.gs_effect_set_texture_srgb(effect["frame"], cut.hdr if hdr else cut.frame)
    set_flag(effect["hdr"], hdr)
    set_flag(effect["hdr_image"], background.hdr and not hdr)
    set_alpha(effect, cut, nothing)
    set_edge(effect, cut, nothing)
    set_flag(effect["has_alpha"], cut.alpha)
    lib.gs_effect_set_float(effect["least_alpha"], least_alpha)
    technique = background.technique
    decoded = technique == CompositeTechnique.ON_IMAGE
    set_texture = lib.gs_effect_set_texture_srgb if decoded else lib.gs_effect_set_texture
    set_texture(effect["image"], background.texture or nothing)
    if background.color:
        lib.gs_effect_set_vec4(effect["color"], byref(background.color))
    if background.wrap or background.factors:
        technique = WITH_LIGHT[technique]
        lib.gs_effect_set_texture_srgb(effect["around"], background.around or nothing)
        lib.gs_effect_set_texture(effect["presence"], background.presence or nothing)
        lib.gs_effect_set_texture(effect["factors"], background.factors or nothing)
        lib.gs_effect_set_float(effect["wrap"], background.wrap)
        set_flag(effect["match"], background.factors)
    elif cut.refine or cut.clean:
        technique = WITH_EDGE.get(technique, technique)
    effect.draw(technique, *cut.size)
