# SPDX-License-Identifier: GPL-2.0-or-later
"""The edge controls; see shaders/edge.effect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from ...obs.functions import lib
from ...obs.structs import FORMAT_R8, FORMAT_R16, FORMAT_RGBA, FORMAT_RGBA16
from .cut import set_edge
from .drawing import set_seen, set_vec4
from .geometry import Region, Size
from .shrink import shrink
from .techniques import EdgeTechnique

if TYPE_CHECKING:
    from ...obs.gpu_objects import GpuObjects
    from ...obs.graphics import Effect, RenderTarget
    from .cut import Cut
    from .shaders import Shaders

#: The strips that are worked on at a time.
_STRIPS = 4
#: A softened alpha is computed at a size at which this part of the standard deviation is a pixel.
_PIXEL = 1 / 1.5
#: So many standard deviations a softened alpha reaches.
_REACH = 3.0


class Edge:
    """Moves and softens the edge of an alpha, in pixels of the source."""

    #: (cosine, sine) of the angles of the two octagons, a sixteenth of a turn apart. Each has half of the
    #: distance, divided by the cosine of half that angle: else the corners of their sum would fall short.
    _OCTAGONS = tuple(
        (0.5 * math.cos(turn) / math.cos(math.pi / 16), 0.5 * math.sin(turn) / math.cos(math.pi / 16))
        for turn in (0.0, math.pi / 8)
    )
    #: The width and height of a cell, in pixels of the source, in which it is noted what is known.
    _CELL = 8

    def __init__(self, gpu: GpuObjects, shaders: Shaders, *, exact: bool = False) -> None:
        """``exact``: the alpha is kept in 16 bits, for what makes a step of 8 bits larger."""
        self._shaders = shaders
        one, four = (FORMAT_R16, FORMAT_RGBA16) if exact else (FORMAT_R8, FORMAT_RGBA)
        # A pair for the strips, one for strips of a softened alpha, one for the result: each keeps its size.
        self._packed = [gpu.target(four), gpu.target(four)]
        self._small = [gpu.target(four), gpu.target(four)]
        self._result = gpu.target(one)
        self._rows, self._known_values = gpu.target(FORMAT_R8), gpu.target(FORMAT_RGBA)

    def draw(self, cut: Cut, shift: float, softness: float) -> Cut:
        """Return the cut with its alpha changed; the same one if there is nothing to change.

        ``shift`` moves the edge outwards, ``softness`` widens it; both in pixels of the source.
        """
        if cut.alpha is None or not (shift or softness):
            return cut
        strips = _Strips.of(cut, abs(shift), softness)
        known = self._known(cut, cut.alpha, strips)
        targets, size = self._packed, strips.size
        alpha = self._pack(cut, cut.alpha, strips, known)
        if shift:
            technique = EdgeTechnique.GROW if shift > 0 else EdgeTechnique.SHRINK
            x, y = abs(shift) / size.width, abs(shift) / size.height
            for along, beside in self._OCTAGONS:
                offsets = along * x, beside * y, -beside * x, along * y
                alpha = self._change(technique, alpha, known, targets, size, offsets)
        if softness:
            x, y = 0.5 * softness / size.width, 0.5 * softness / size.height
            if strips.smaller > 1:
                targets, size = self._small, strips.smaller_size
                target = _next(targets)
                shrink(self._shaders.shrink, alpha, strips.size, target, size)
                alpha = target.texture
            for offset in ((x, 0.0), (0.0, y)):
                alpha = self._change(EdgeTechnique.SOFTEN_STRIPS, alpha, known, targets, size, offset)
        return self._unpack(cut, alpha, strips)

    def _pack(self, cut: Cut, alpha: int, strips: _Strips, known: int) -> int:
        """Return the strips of the alpha, refined if it is to be."""
        effect = self._shaders.edge
        # What is refined afterwards would be where the colours are, not where it was moved to.
        set_edge(effect, cut, self._shaders.nothing.texture)
        set_seen(effect, cut.covers)
        strips.set(effect)
        lib.gs_effect_set_texture(effect["alpha"], alpha)
        lib.gs_effect_set_texture_srgb(effect["frame"], cut.frame)
        lib.gs_effect_set_texture(effect["known_values"], known)
        technique = EdgeTechnique.PACK_REFINED if cut.refine else EdgeTechnique.PACK
        return _next(self._packed).fill(effect, technique, *strips.size)

    def _change(
        self,
        technique: EdgeTechnique,
        alpha: int,
        known: int,
        targets: list[RenderTarget],
        size: Size,
        offsets: tuple[float, ...],
    ) -> int:
        """Return the strips after a pass that leaves alone what is known."""
        effect = self._shaders.edge
        lib.gs_effect_set_texture(effect["alpha"], alpha)
        lib.gs_effect_set_texture(effect["known_values"], known)
        set_vec4(effect["offsets"], *offsets)
        return _next(targets).fill(effect, technique, *size)

    def _unpack(self, cut: Cut, alpha: int, strips: _Strips) -> Cut:
        """Return the cut with an alpha of strips."""
        effect, smaller = self._shaders.edge, strips.smaller
        size = Size(strips.size.width // smaller, _STRIPS * strips.height // smaller)
        lib.gs_effect_set_texture(effect["alpha"], alpha)
        strips.set(effect)
        alpha = self._result.fill(effect, EdgeTechnique.UNPACK, *size)
        return cut._replace(alpha=alpha, alpha_size=size, covered=strips.region, refine=False)

    def _known(self, cut: Cut, alpha: int, strips: _Strips) -> int:
        """Return a texture of the strips with what is known of the alpha without computing it.

        It is about the refined alpha, and about what that becomes.
        """
        effect, full, size = self._shaders.edge, cut.size, strips.size
        seen, pixels = cut.covers, cut.alpha_size or full
        cells = Size(math.ceil(size.width / self._CELL), math.ceil(size.height / self._CELL))
        # From the middle of a cell to its furthest pixel, and a pixel each time that one between two is read.
        nearest = 0.5 * self._CELL + 0.5
        nearby = nearest + strips.reach + 2.0
        # First in rows of the alpha, then in their columns. The last number is how many pixels of the alpha
        # are as long as one of the source.
        across = full.width, pixels.width, pixels.width / (seen.width * full.width)
        down = full.height, pixels.height, pixels.height / (seen.height * full.height)
        for technique, target, drawn, (length, count, ratio) in (
            (EdgeTechnique.KNOWN_IN_ROWS, self._rows, Size(cells.width, pixels.height), across),
            (EdgeTechnique.KNOWN_IN_STRIPS, self._known_values, cells, down),
        ):
            set_seen(effect, seen)
            strips.set(effect)
            lib.gs_effect_set_texture(effect["alpha"], alpha)
            near = math.ceil(nearby * ratio + 0.5), math.ceil(nearest * ratio + 0.5)
            set_vec4(effect["reach"], *near, 1 / count, 0.5 / length)
            alpha = target.fill(effect, technique, *drawn)
        return alpha


class _Strips(NamedTuple):
    """Four strips of a frame, one above the other, each in a channel of one texture: see edge.effect."""

    #: The size of the frame.
    frame: Size
    #: All strips together, without margins: it may end a few pixels beyond the frame.
    region: Region
    #: The size of a strip with the margins above and below it. This and the following are in pixels.
    size: Size
    height: int
    margin: int
    #: How far the change of a pixel reaches.
    reach: float
    #: A softened alpha is so many times smaller.
    smaller: int

    @classmethod
    def of(cls, cut: Cut, distance: float, softness: float) -> _Strips:
        """Return those of the part of the frame that has an alpha once the edge was changed.

        ``distance``: by how many pixels it is moved.
        """
        smaller = max(int(softness * _PIXEL), 1)
        reach = 1.03 * distance + (_REACH * softness + 1.5 * smaller if softness else 0.0)
        covers, full = cut.covers, cut.size
        left, width = _span(covers.x, covers.right, full.width, reach, smaller)
        top, height = _span(covers.y, covers.bottom, full.height, reach, _STRIPS * smaller)
        strip, margin = height // _STRIPS, smaller * math.ceil((reach + 2) / smaller)
        region = Region(left / full.width, top / full.height, width / full.width, height / full.height)
        return cls(full, region, Size(width, strip + 2 * margin), strip, margin, reach, smaller)

    @property
    def smaller_size(self) -> Size:
        """The size of a strip with its margins of a softened alpha."""
        return Size(self.size.width // self.smaller, self.size.height // self.smaller)

    def set(self, effect: Effect) -> None:
        """Set the uniforms."""
        full, region = self.frame, self.region
        margin = self.margin / full.height
        set_vec4(
            effect["first_strip"], region.x, region.y - margin, region.width, self.size.height / full.height
        )
        set_vec4(effect["strips"], self.height / full.height, margin, 0.5 / full.width, 0.5 / full.height)


def _span(first: float, last: float, length: int, reach: float, step: int) -> tuple[int, int]:
    """Return start and length, in pixels, of what reaches from ``first`` to ``last`` of a frame, and beyond.

    ``first`` and ``last`` are parts of the frame's ``length``; the length returned is a multiple of ``step``.
    """
    start = max(math.floor(first * length - reach - 1), 0) // step * step
    end = min(math.ceil(last * length + reach + 1), length)
    return start, math.ceil((end - start) / step) * step


def _next(targets: list[RenderTarget]) -> RenderTarget:
    """Return the one of two targets that was not drawn into last."""
    targets.reverse()
    return targets[0]
