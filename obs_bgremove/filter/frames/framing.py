# SPDX-License-Identifier: GPL-2.0-or-later
"""Which part of the picture the network sees: the one with people in it, so that it sees them larger.

It knows nothing of the GPU. The region follows the boxes around people that the worker finds in the
region itself and, now and then, in an overview of the whole picture. The overview finds somebody who comes
in elsewhere. It changes rarely and in steps, because the network starts again after each change.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from ...link.layout import Part
from ..passes.geometry import WHOLE, Region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...link.layout import Box


class Framing:
    """The region of one filter. Distances are parts of the whole picture's width or height."""

    #: Room left around people on each side, as a part of their size.
    MARGIN = 0.15
    #: Regions begin and end at multiples of 1 / STEPS.
    STEPS = 16
    SMALLEST = 0.25
    #: A region's width and height, as parts of the picture's, differ at most by this factor: networks still
    #: work with a picture that is stretched that much.
    STRETCH = 2.0
    #: People this near to a border of the region that is not the picture's may go on beyond it.
    NEAR = 0.03
    #: The region changes to one that has at most this part of its area, if people were inside of that in this
    #: many alphas.
    WORTHWHILE = 0.8
    PATIENCE = 30
    #: Alphas from one look at that to the next.
    LOOK_EVERY = 10
    #: When people reach the border of the region, the next one is around where they were in this many alphas.
    BEFORE = 8
    #: Pictures from one overview to the next.
    OVERVIEW_EVERY = 15

    def __init__(self) -> None:
        self.region = WHOLE
        #: The region, as the worker is given it.
        self.part = Part(*WHOLE).pack()
        #: The part in which people count.
        self.area = WHOLE
        self._elsewhere: Region | None = None
        #: Where people were in the last alphas: left, top, right, bottom.
        self._people: deque[tuple[float, float, float, float]] = deque(maxlen=self.PATIENCE)
        self._pictures = self._alphas = 0

    def overview_due(self) -> bool:
        """Return whether the whole of this picture is needed, too. Call it once for each picture."""
        self._pictures += 1
        return self.region != WHOLE and self._pictures % self.OVERVIEW_EVERY == 0

    def look_everywhere(self) -> None:
        """Start again with the whole picture."""
        self._elsewhere = None
        self._people.clear()
        self._alphas = 0
        self._change(WHOLE)

    def overview(self, box: Box | None, width: int, height: int) -> None:
        """Note where people are in a whole picture of ``width`` x ``height``."""
        self._elsewhere = self._counted(box, WHOLE, width, height)

    def found(self, box: Box | None, seen: Region, width: int, height: int) -> None:
        """Note where people are in a picture of a part, ``seen``, at ``width`` x ``height``."""
        if seen != self.region:
            # Drawn before the last change.
            return
        people = _around(self._counted(box, seen, width, height), self._elsewhere)
        if people is None:
            self.look_everywhere()
            return
        left, top = people.x, people.y
        edges = left, top, left + people.width, top + people.height
        self._people.append(edges)
        self._alphas += 1
        if self._at_border(*edges):
            self._change(self._wanted(list(self._people)[-self.BEFORE :]))
        elif len(self._people) == self.PATIENCE and self._alphas % self.LOOK_EVERY == 0:
            wanted = self._wanted(self._people)
            if wanted.width * wanted.height < self.WORTHWHILE * seen.width * seen.height:
                self._change(wanted)

    def _counted(self, box: Box | None, seen: Region, width: int, height: int) -> Region | None:
        return box and _place(box, seen, width, height).common(self.area)

    def _change(self, region: Region) -> None:
        if region != self.region:
            self.region = region
            self.part = Part(*region).pack()
            if region == WHOLE:
                self._elsewhere = None

    def _at_border(self, left: float, top: float, right: float, bottom: float) -> bool:
        x, y, width, height = self.region
        near = self.NEAR
        return (
            (x > 0 and left < x + near)
            or (y > 0 and top < y + near)
            or (x + width < 1 and right > x + width - near)
            or (y + height < 1 and bottom > y + height - near)
        )

    def _wanted(self, where: Iterable[tuple[float, float, float, float]]) -> Region:
        # Column by column, so that Python's own minimum does the work.
        lefts, tops, rights, bottoms = zip(*where)
        left, top, right, bottom = min(lefts), min(tops), max(rights), max(bottoms)
        more = 1 + 2 * self.MARGIN
        width, height = max((right - left) * more, self.SMALLEST), max((bottom - top) * more, self.SMALLEST)
        width, height = max(width, height / self.STRETCH), max(height, width / self.STRETCH)
        x, width = self._span((left + right) / 2, width)
        y, height = self._span((top + bottom) / 2, height)
        return Region(x, y, width, height)

    def _span(self, middle: float, size: float) -> tuple[float, float]:
        """Return start and length of a stretch of at least ``size`` around ``middle``, within 0..1."""
        first = math.floor((middle - size / 2) * self.STEPS)
        last = math.ceil((middle + size / 2) * self.STEPS)
        count = min(last - first, self.STEPS)
        first = min(max(first, 0), self.STEPS - count)
        return first / self.STEPS, count / self.STEPS


def _place(box: Box, seen: Region, width: int, height: int) -> Region:
    """Return a box in pixels of a part as a region of the whole."""
    x, y, across, down = seen
    across, down = across / width, down / height
    left, top, right, bottom = box
    return Region(x + left * across, y + top * down, (right - left) * across, (bottom - top) * down)


def _around(one: Region | None, other: Region | None) -> Region | None:
    """Return the region around both, or the one that there is."""
    return _union(one, other) if one and other else one or other


def _union(one: Region, other: Region) -> Region:
    x, y = min(one.x, other.x), min(one.y, other.y)
    return Region(x, y, max(one.right, other.right) - x, max(one.bottom, other.bottom) - y)
