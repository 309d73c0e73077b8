# SPDX-License-Identifier: GPL-2.0-or-later
"""The edge controls; see shaders/edge.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...obs.functions import lib
from ...obs.structs import FORMAT_R8, FORMAT_R16, FORMAT_RGBA, FORMAT_RGBA16
from .cut import set_edge
from .drawing import set_seen, set_vec4
from .geometry import WHOLE, Size
from .shrink import shrink
from .techniques import EdgeTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from ...obs.graphics import RenderTarget
    from .cut import Cut
    from .shaders import Shaders


class Edge:
    """Moves and softens the edge of an alpha, in pixels of the source."""

    #: (cosine, sine) of the angles of the two octagons, a sixteenth of a turn apart. Each has half of the
    #: distance, divided by the cosine of half that angle: else the corners of their sum would fall short.
    _OCTAGONS = tuple(
        (0.5 * math.cos(turn) / math.cos(math.pi / 16), 0.5 * math.sin(turn) / math.cos(math.pi / 16))
        for turn in (0.0, math.pi / 8)
    )
    #: The strips of the frame that are moved at a time.
    _STRIPS = 4
    #: A softened alpha is computed at a size at which this part of the standard deviation is a pixel.
    _PIXEL = 1 / 1.5
    #: The width and height of a cell, in pixels of the source, in which it is noted what is known.
    _CELL = 8

    def __init__(self, gpu: GpuObjects, shaders: Shaders, *, exact: bool = False) -> None:
        """``exact``: the alpha is kept in 16 bits, for what makes a step of 8 bits larger."""
        self._shaders = shaders
        one, four = (FORMAT_R16, FORMAT_RGBA16) if exact else (FORMAT_R8, FORMAT_RGBA)
        # A pair for the strips, one at the size of the source, one for what is soft: each keeps its size.
        self._packed = [gpu.target(four), gpu.target(four)]
        self._large = [gpu.target(one), gpu.target(one)]
        self._small = [gpu.target(one), gpu.target(one)]
        self._rows, self._known_values = gpu.target(FORMAT_R8), gpu.target(FORMAT_RGBA)

    def draw(self, cut: Cut, shift: float, softness: float) -> Cut:
        """Return the cut with its alpha changed; the same one if there is nothing to change.

        ``shift`` moves the edge outwards, ``softness`` widens it; both in pixels of the source.
        """
        if cut.alpha is None or not (shift or softness):
            return cut
        if shift or cut.refine:
            alpha = self._moved(cut, cut.alpha, shift)
        else:
            set_seen(self._shaders.edge, WHOLE if cut.placed else cut.seen)
            alpha = self._pass(EdgeTechnique.PLACE, cut.alpha, self._large, cut.size)
        if softness:
            alpha = self._soften(alpha, cut.size, softness)
        return cut._replace(alpha=alpha, alpha_size=None, placed=True, refine=False)

    def _moved(self, cut: Cut, alpha: int, shift: float) -> int:
        """Return the alpha in the whole frame, refined and with its edge moved."""
        effect, full, distance = self._shaders.edge, cut.size, abs(shift)
        # Four strips of the frame, one in each channel of a texture: see edge.effect.
        strip, margin = math.ceil(full.height / self._STRIPS), math.ceil(distance) + 2
        size = Size(full.width, strip + 2 * margin)
        strips = size.height / full.height, margin / full.height, strip / full.height, 0.5 / full.height
        known = self._known(cut, alpha, distance, size, strips)
        # What is refined afterwards would be where the colours are, not where it was moved to.
        set_edge(effect, cut, self._shaders.nothing.texture)
        set_seen(effect, WHOLE if cut.placed else cut.seen)
        lib.gs_effect_set_texture_srgb(effect["frame"], cut.frame)
        lib.gs_effect_set_texture(effect["known_values"], known)
        set_vec4(effect["strips"], *strips)
        first = EdgeTechnique.PACK_REFINED if cut.refine else EdgeTechnique.PACK
        alpha = self._pass(first, alpha, self._packed, size)
        if shift:
            technique = EdgeTechnique.GROW if shift > 0 else EdgeTechnique.SHRINK
            x, y = distance / size.width, distance / size.height
            for along, beside in self._OCTAGONS:
                lib.gs_effect_set_texture(effect["known_values"], known)
                offsets = along * x, beside * y, -beside * x, along * y
                alpha = self._pass(technique, alpha, self._packed, size, offsets)
        set_vec4(effect["strips"], *strips)
        return self._pass(EdgeTechnique.UNPACK, alpha, self._large, full)

    def _known(self, cut: Cut, alpha: int, distance: float, size: Size, strips: tuple[float, ...]) -> int:
        """Return a texture of strips (of ``size``) with what is known of the alpha without computing it.

        It is about the refined alpha, and about that with its edge moved by ``distance``.
        """
        effect, full = self._shaders.edge, cut.size
        seen, pixels = WHOLE if cut.placed else cut.seen, cut.alpha_size or full
        cells = Size(math.ceil(size.width / self._CELL), math.ceil(size.height / self._CELL))
        # From the middle of a cell to its furthest pixel, and a pixel each time that one between two is read.
        nearest = 0.5 * self._CELL + 0.5
        nearby = nearest + 1.03 * distance + 2.0
        # First in rows of the alpha, then in their columns. The last number is how many pixels of the alpha
        # are as long as one of the source.
        across = full.width, pixels.width, pixels.width / (seen.width * full.width)
        down = full.height, pixels.height, pixels.height / (seen.height * full.height)
        for technique, target, drawn, (length, count, ratio) in (
            (EdgeTechnique.KNOWN_IN_ROWS, self._rows, Size(cells.width, pixels.height), across),
            (EdgeTechnique.KNOWN_IN_STRIPS, self._known_values, cells, down),
        ):
            set_seen(effect, seen)
            set_vec4(effect["strips"], *strips)
            lib.gs_effect_set_texture(effect["alpha"], alpha)
            near = math.ceil(nearby * ratio + 0.5), math.ceil(nearest * ratio + 0.5)
            set_vec4(effect["reach"], *near, 1 / count, 0.5 / length)
            alpha = target.fill(effect, technique, *drawn)
        return alpha

    def _soften(self, alpha: int, full: Size, sigma: float) -> int:
        size, targets = full, self._large
        smaller = int(sigma * self._PIXEL)
        if smaller > 1:
            size = Size(math.ceil(full.width / smaller), math.ceil(full.height / smaller))
            targets = self._small
            target = _next(targets)
            shrink(self._shaders.shrink, alpha, full, target, size)
            alpha = target.texture
        for offset in ((0.5 * sigma / full.width, 0.0), (0.0, 0.5 * sigma / full.height)):
            alpha = self._pass(EdgeTechnique.SOFTEN, alpha, targets, size, offset)
        return alpha

    def _pass(
        self,
        technique: EdgeTechnique,
        alpha: int,
        targets: list[RenderTarget],
        size: Size,
        offsets: tuple[float, ...] = (0.0, 0.0),
    ) -> int:
        effect = self._shaders.edge
        lib.gs_effect_set_texture(effect["alpha"], alpha)
        set_vec4(effect["offsets"], *offsets)
        return _next(targets).fill(effect, technique, *size)


def _next(targets: list[RenderTarget]) -> RenderTarget:
    """Return the one of two targets that was not drawn into last."""
    targets.reverse()
    return targets[0]
