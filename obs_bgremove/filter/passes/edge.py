# SPDX-License-Identifier: GPL-2.0-or-later
"""The edge controls; see shaders/edge.effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.graphics import RenderTarget, blending, linear_light
from ...obs.structs import FORMAT_R8
from .cut import Cut, set_alpha, set_colors
from .drawing import REPLACE, set_vec2

if TYPE_CHECKING:
    from . import Shaders


class Edge:
    """Moves and softens the edge of an alpha, in pixels of the source."""

    def __init__(self, shaders: Shaders):
        self._effect = shaders.edge
        self._nothing = shaders.nothing.texture
        self._targets = [RenderTarget(FORMAT_R8), RenderTarget(FORMAT_R8)]

    def draw(self, cut: Cut, width: int, height: int, shift: float, softness: float) -> Cut:
        """Return the cut with its alpha changed; the same one if there is nothing to change."""
        if not shift and not softness:
            return cut
        if cut.refine:
            # What is refined afterwards would be where the colours are, not where it was moved to.
            cut = self._pass(b"Refine", cut, width, height)
        if shift:
            cut = self._pass(b"Grow" if shift > 0 else b"Shrink", cut, width, height, (0, 0), abs(shift))
        if softness:
            cut = self._pass(b"Soften", cut, width, height, (1, 0), softness)
            cut = self._pass(b"Soften", cut, width, height, (0, 1), softness)
        return cut._replace(refine=False)

    def _pass(self, technique, cut, width, height, direction=(0, 0), reach=0.0) -> Cut:
        effect = self._effect
        target = self._targets[0]
        self._targets.reverse()
        with target.drawing(width, height), blending(*REPLACE), linear_light(False):
            set_alpha(effect, cut, self._nothing)
            lib.gs_effect_set_texture(effect["frame"], cut.frame)
            set_colors(effect, cut, self._nothing)
            set_vec2(effect["pixel"], 1.0 / width, 1.0 / height)
            set_vec2(effect["direction"], *direction)
            lib.gs_effect_set_float(effect["reach"], reach)
            effect.draw(technique, width, height)
        return cut._replace(alpha=target.texture, placed=True)

    def free(self) -> None:
        """Free the GPU objects."""
        for target in self._targets:
            target.free()
