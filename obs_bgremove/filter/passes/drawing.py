# SPDX-License-Identifier: GPL-2.0-or-later
"""What the passes share: blend functions and small uniforms."""

from __future__ import annotations

from ctypes import byref
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.structs import BLEND_INV_SRC_ALPHA, BLEND_ONE, BLEND_SRC_ALPHA, Vec2

if TYPE_CHECKING:
    from ...obs.graphics import Effect
    from .geometry import Region

#: Without any blending.
REPLACE: tuple[int, ...] = ()
PREMULTIPLIED = (BLEND_ONE, BLEND_INV_SRC_ALPHA)
#: What a source expects that draws itself into a scene.
AS_IN_SCENE = (BLEND_SRC_ALPHA, BLEND_INV_SRC_ALPHA, BLEND_ONE, BLEND_INV_SRC_ALPHA)


def set_vec2(uniform: int, x: float, y: float) -> None:
    """Set a float2."""
    lib.gs_effect_set_vec2(uniform, byref(Vec2(x, y)))


def set_seen(effect: Effect, seen: Region) -> None:
    """Set the part of the frame that the network saw."""
    set_vec2(effect["seen_origin"], seen.x, seen.y)
    set_vec2(effect["seen_size"], seen.width, seen.height)


def set_flag(uniform: int, value: object) -> None:
    """Set a float to 1 or 0."""
    lib.gs_effect_set_float(uniform, 1.0 if value else 0.0)
