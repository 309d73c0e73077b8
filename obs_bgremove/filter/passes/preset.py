# SPDX-License-Identifier: GPL-2.0-or-later
"""The backgrounds that are drawn by a shader; see shaders/presets.effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .drawing import set_vec4

if TYPE_CHECKING:
    from ...obs.graphics import Effect, RenderTarget
    from .geometry import Size
    from .techniques import PresetTechnique


def draw_preset(effect: Effect, preset: PresetTechnique, into: RenderTarget, size: Size) -> None:
    """Fill a target, sRGB-encoded and opaque; ``effect`` is ``Shaders.presets``."""
    set_vec4(effect["size"], *size)
    into.fill(effect, preset, *size)
