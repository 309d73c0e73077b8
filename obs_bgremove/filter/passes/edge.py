# SPDX-License-Identifier: GPL-2.0-or-later
"""The edge controls; see shaders/edge.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import RenderTarget, blending, linear_light
from ...obs.structs import FORMAT_R8
from .cut import Cut, set_edge
from .drawing import REPLACE, set_vec2
from .shrink import shrink

if TYPE_CHECKING:
    from . import Shaders


class Edge:
    """Moves and softens the edge of an alpha, in pixels of the source."""

    #: (cosine, sine) of the two octagons' turns, which differ by a sixteenth of a full turn; halved, and
    #: as much longer as their sum's corners would else fall short.
    _OCTAGONS = tuple(
        (0.5 * math.cos(turn) / math.cos(math.pi / 16), 0.5 * math.sin(turn) / math.cos(math.pi / 16))
        for turn in (0.0, math.pi / 8)
    )
    #: A softened alpha is computed at a size at which this part of the standard deviation is a pixel.
    _PIXEL = 1 / 1.5

    def __init__(self, shaders: Shaders):
        self._shaders = shaders
        # One pair at the size of the source, one for what is soft: each keeps its size.
        self._large = [RenderTarget(FORMAT_R8), RenderTarget(FORMAT_R8)]
        self._small = [RenderTarget(FORMAT_R8), RenderTarget(FORMAT_R8)]

    def draw(self, cut: Cut, width: int, height: int, shift: float, softness: float) -> Cut:
        """Return the cut with its alpha changed; the same one if there is nothing to change."""
        if not shift and not softness:
            return cut
        # What is refined afterwards would be where the colours are, not where it was moved to.
        set_edge(self._shaders.edge, cut, self._shaders.nothing.texture)
        lib.gs_effect_set_texture_srgb(self._shaders.edge["frame"], cut.frame)
        alpha = self._pass(b"Refine" if cut.refine else b"Place", cut.alpha, self._large, width, height)
        if shift:
            x, y = abs(shift) / width, abs(shift) / height
            for along, beside in self._OCTAGONS:
                technique = b"Grow" if shift > 0 else b"Shrink"
                offsets = (along * x, beside * y), (-beside * x, along * y)
                alpha = self._pass(technique, alpha, self._large, width, height, *offsets)
        if softness:
            alpha = self._soften(alpha, width, height, softness)
        return cut._replace(alpha=alpha, placed=True, refine=False)

    def _soften(self, alpha: int, width: int, height: int, sigma: float) -> int:
        size, targets = (width, height), self._large
        smaller = int(sigma * self._PIXEL)
        if smaller > 1:
            size, targets = (math.ceil(width / smaller), math.ceil(height / smaller)), self._small
            target = _next(targets)
            shrink(self._shaders.shrink, alpha, (width, height), target, *size)
            alpha = target.texture
        for offset in ((0.5 * sigma / width, 0.0), (0.0, 0.5 * sigma / height)):
            alpha = self._pass(b"Soften", alpha, targets, *size, offset)
        return alpha

    def _pass(self, technique, alpha, targets, width, height, across=(0.0, 0.0), down=(0.0, 0.0)) -> int:
        effect, target = self._shaders.edge, _next(targets)
        with target.drawing(width, height), blending(*REPLACE), linear_light(False):
            lib.gs_effect_set_texture(effect["alpha"], alpha)
            set_vec2(effect["across"], *across)
            set_vec2(effect["down"], *down)
            effect.draw(technique, width, height)
        return target.texture

    def free(self) -> None:
        """Free the GPU objects."""
        for target in (*self._large, *self._small):
            target.free()


def _next(targets: list[RenderTarget]) -> RenderTarget:
    """Return the one of two targets that was not drawn into last."""
    targets.reverse()
    return targets[0]
