# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws the finished picture; see shaders/composite.effect."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import REPLACE, LinearLight
from ...obs.structs import SPACE_709_EXTENDED
from .cut import Cut, set_edge
from .drawing import PREMULTIPLIED, flag, set_vec4
from .techniques import ON_TEXTURE, WITH_CLEANING, WITH_EDGE, WITH_LIGHT, WITH_LOOK, CompositeTechnique

if TYPE_CHECKING:
    from ...obs.graphics import Effect
    from .drawn_background import DrawnBackground, Look
    from .passes import Passes
    from .shaders import Shaders

#: The techniques that show no texture beside the person.
_WITHOUT_IMAGE = CompositeTechnique.ALONE, CompositeTechnique.ON_COLOR


def composite(passes: Passes, background: DrawnBackground, cut: Cut) -> None:
    """Draw the person on the background into OBS' current target; without an alpha the background alone.

    Where the source itself is transparent, so is the picture.
    """
    if background.technique == CompositeTechnique.ALONE and not cut.alpha:
        return
    hdr = bool(cut.hdr) and lib.gs_get_color_space() == SPACE_709_EXTENDED
    shaders = passes.shaders
    if hdr or lib.gs_get_linear_srgb():
        # What was enabled is enabled again at the end of what is recorded.
        key = "composite", background, cut, hdr, lib.gs_framebuffer_srgb_enabled()
        passes.replays.draw(key, partial(_draw_premultiplied, shaders, background, cut, hdr))
        return
    # OBS wants encoded values: for a screenshot, or for a scene item that blends them so. All is computed in
    # linear light, encoded by the target, and premultiplied after that.
    with passes.encoded.drawing(*cut.size), REPLACE, LinearLight(True):
        _draw(shaders, background, cut, False, 1e-4)
    effect = shaders.composite
    lib.gs_effect_set_texture(effect["image"], passes.encoded.texture)
    with PREMULTIPLIED, LinearLight(False):
        effect.draw(CompositeTechnique.PREMULTIPLY, *cut.size)


def _draw_premultiplied(shaders: Shaders, background: DrawnBackground, cut: Cut, hdr: bool) -> None:
    with PREMULTIPLIED, LinearLight(True):
        _draw(shaders, background, cut, hdr, 1.0)


def _draw(shaders: Shaders, background: DrawnBackground, cut: Cut, hdr: bool, least_alpha: float) -> None:
    effect, nothing = shaders.composite, shaders.nothing.texture
    lib.gs_effect_set_texture_srgb(effect["frame"], cut.hdr if hdr else cut.frame)
    lib.gs_effect_set_texture(effect["alpha"], cut.alpha or nothing)
    set_vec4(effect["covered"], *cut.covers)
    set_edge(effect, cut, nothing)
    set_vec4(effect["range"], flag(hdr), flag(background.hdr and not hdr), least_alpha)
    technique = background.technique
    if technique not in _WITHOUT_IMAGE:
        decoded = technique in ON_TEXTURE
        set_texture = lib.gs_effect_set_texture_srgb if decoded else lib.gs_effect_set_texture
        set_texture(effect["image"], background.texture or nothing)
    if technique == CompositeTechnique.SHOW_ALPHA:
        area = background.area
        set_vec4(effect["area"], area.x, area.y, area.right, area.bottom)
    if background.color:
        set_vec4(effect["color"], *background.color)
    if background.look:
        technique = WITH_LOOK[technique]
        _set_light(effect, background, nothing)
        _set_look(effect, background.look, nothing)
    elif background.wrap or background.factors:
        technique = WITH_LIGHT[technique]
        _set_light(effect, background, nothing)
    elif cut.refine:
        technique = WITH_EDGE.get(technique, technique)
    elif cut.clean:
        technique = WITH_CLEANING.get(technique, technique)
    effect.draw(technique, *cut.size)


def _set_light(effect: Effect, background: DrawnBackground, nothing: int) -> None:
    gain = background.look and background.look.gain
    lib.gs_effect_set_texture(effect["shine"], background.shine or nothing)
    lib.gs_effect_set_texture(effect["factors"], gain or background.factors or nothing)
    set_vec4(effect["falling"], background.wrap, flag(background.factors), flag(gain))


def _set_look(effect: Effect, look: Look, nothing: int) -> None:
    lib.gs_effect_set_texture(effect["grown"], look.outline or nothing)
    set_vec4(effect["outline"], *look.outline_color, flag(look.outline))
    set_vec4(effect["tint"], *look.tint_color, look.tint)
