# SPDX-License-Identifier: GPL-2.0-or-later
"""What the passes share: blend functions and small uniforms."""

from __future__ import annotations

import functools
from ctypes import byref
from typing import TYPE_CHECKING, Any

from ...obs.functions import lib
from ...obs.graphics import Blending, vec4
from ...obs.structs import BLEND_INV_SRC_ALPHA, BLEND_ONE, BLEND_SRC_ALPHA

if TYPE_CHECKING:
    from ...obs.graphics import Effect
    from .geometry import Region

PREMULTIPLIED = Blending(BLEND_ONE, BLEND_INV_SRC_ALPHA)
#: What a source expects that draws itself into a scene.
AS_IN_SCENE = Blending(BLEND_SRC_ALPHA, BLEND_INV_SRC_ALPHA, BLEND_ONE, BLEND_INV_SRC_ALPHA)


@functools.lru_cache(maxsize=256)
def _four(x: float, y: float, z: float, w: float) -> Any:  # noqa: ANN401 - a reference of ctypes
    # The same few values come in every frame.
    return byref(vec4(x, y, z, w))


def set_vec4(uniform: int, x: float, y: float, z: float = 0.0, w: float = 0.0) -> None:
    """Set a float4: four small values are one call."""
    lib.gs_effect_set_vec4(uniform, _four(x, y, z, w))


def set_seen(effect: Effect, seen: Region) -> None:
    """Set the part of the frame that the network saw."""
    set_vec4(effect["region"], *seen)


def flag(value: object) -> float:
    """Return 1 or 0, as shaders take a choice."""
    return 1.0 if value else 0.0


def linear_color(value: int) -> tuple[float, float, float]:
    """Return the linear red, green and blue, 0 to 1, of a colour as OBS keeps it: 0xAABBGGRR."""
    red, green, blue = (_linear((value >> shift & 255) / 255) for shift in (0, 8, 16))
    return red, green, blue


def _linear(value: float) -> float:
    """Decode an sRGB-encoded value (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
