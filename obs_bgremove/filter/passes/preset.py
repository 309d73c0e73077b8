# SPDX-License-Identifier: GPL-2.0-or-later
"""The backgrounds that are drawn by a shader; see shaders/presets.effect."""

from __future__ import annotations

from ...obs.graphics import Effect, RenderTarget, blending, linear_light
from .drawing import REPLACE, set_vec2


def draw_preset(effect: Effect, preset: str, into: RenderTarget, width: int, height: int) -> None:
    """Fill a target, sRGB-encoded and opaque; ``preset`` is one of ``settings.PRESETS``."""
    technique = preset.title().replace("_", "").encode()
    with into.drawing(width, height), blending(*REPLACE), linear_light(False):
        set_vec2(effect["size"], width, height)
        effect.draw(technique, width, height)
