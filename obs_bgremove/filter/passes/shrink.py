# SPDX-License-Identifier: GPL-2.0-or-later
"""Scales a picture down: a frame to the input size of the model, a soft alpha to what it needs."""

from __future__ import annotations

import math

from ...obs.functions import lib
from ...obs.graphics import Effect, RenderTarget, blending, linear_light
from .drawing import REPLACE, set_seen, set_vec2
from .geometry import WHOLE, Region


def shrink(
    effect: Effect,
    texture: int,
    size: tuple[int, int],
    into: RenderTarget,
    width: int,
    height: int,
    seen: Region = WHOLE,
) -> None:
    """Draw a part of a texture of a size (width, height) into a target at width x height.

    The values stay as they are (cameras' are sRGB-encoded).
    """
    with into.drawing(width, height), blending(*REPLACE), linear_light(False):
        lib.gs_effect_set_texture(effect["image"], texture)
        set_vec2(
            effect["samples"], _samples(seen.width * size[0], width), _samples(seen.height * size[1], height)
        )
        set_vec2(effect["pixel"], seen.width / width, seen.height / height)
        set_seen(effect, seen)
        effect.draw(b"Draw", width, height)


def _samples(size: float, to_size: int) -> int:
    """Return how many bilinear samples cover the texels under one pixel of the smaller picture."""
    return min(max(math.ceil(size / to_size / 2), 1), 16)
