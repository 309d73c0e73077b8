# SPDX-License-Identifier: GPL-2.0-or-later
"""Scales a picture down: a frame to the input size of the model, a soft alpha to what it needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from .drawing import set_seen, set_vec4
from .geometry import WHOLE, Region, Size
from .techniques import ShrinkTechnique

if TYPE_CHECKING:
    from ...obs.graphics import Effect, RenderTarget


def shrink(
    effect: Effect,
    texture: int,
    size: Size,
    into: RenderTarget,
    into_size: Size,
    seen: Region = WHOLE,
) -> None:
    """Draw the part ``seen`` of a texture of the given size into a target of ``into_size``.

    ``effect`` is ``Shaders.shrink``. The values stay as they are (cameras' are sRGB-encoded).
    """
    width, height = into_size
    lib.gs_effect_set_texture(effect["image"], texture)
    samples = _samples(seen.width * size.width, width), _samples(seen.height * size.height, height)
    set_vec4(effect["sampling"], *samples, seen.width / width, seen.height / height)
    set_seen(effect, seen)
    into.fill(effect, ShrinkTechnique.DRAW, width, height)


def _samples(size: float, to_size: int) -> int:
    """Return how many bilinear samples cover the texels under one pixel of the smaller picture."""
    return min(max(math.ceil(size / to_size / 2), 1), 16)
