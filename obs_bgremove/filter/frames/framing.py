# SPDX-License-Identifier: GPL-2.0-or-later
"""Which part of the picture the network sees: the one with people in it, so that it sees them larger.

Knows nothing of the GPU. The region follows the boxes around people that the worker finds, both in
the region itself and, so that somebody who comes in elsewhere is seen, now and then in an overview
of the whole picture. It changes rarely and in steps: each change is a new picture to the network.
"""

from __future__ import annotations

import math
from collections import deque
from functools import reduce
from typing import TYPE_CHECKING

from ..passes.geometry import WHOLE, Region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...link.layout import Box


class Framing:
    """The region of one filter. Distances are parts of the whole picture's width or height."""

    #: Room left around people on each side, as a part of their size.
    MARGIN = 0.15
    #: Regions begin and end at multiples of one by this.
    STEPS = 16
    SMALLEST = 0.25
    #: How many times narrower (or lower) than the picture a region may be in proportion: networks
    #: bear a picture that is stretched by that.
    STRETCH = 2.0
    #: People this near to a border of the region that is not the picture's may go on beyond it.
    NEAR = 0.03
    #: A region that is so much smaller is worth a change, if people were in it in so many alphas.
    WORTHWHILE = 0.8
    PATIENCE = 30
    #: Where people were in so many alphas, they may be again: a region that they leave is followed by
    #: one around all that.
    BEFORE = 8
    #: Pictures from one overview to the next.
    OVERVIEW_EVERY = 15

    def __init__(self):
        self.region = WHOLE
        #: Another number for each change of the region, within one word.
        self.part = 0
        self._elsewhere: Region | None = None
        self._people: deque[Region] = deque(maxlen=self.PATIENCE)
        self._pictures = 0

    def overview_due(self) -> bool:
        """Whether this picture is to be looked at as a whole, too. Ask once for each picture."""
        self._pictures += 1
        return self.region != WHOLE and self._pictures % self.OVERVIEW_EVERY == 0

    def look_everywhere(self) -> None:
        """Begin anew with the whole picture."""
        self._elsewhere = None
        self._people.clear()
        self._change(WHOLE)

    def overview(self, box: Box | None, width: int, height: int) -> None:
        """Take note of where people are in a whole picture of ``width`` x ``height``."""
        self._elsewhere = box and _place(box, WHOLE, width, height)

    def found(self, box: Box | None, seen: Region, width: int, height: int) -> None:
        """Take note of where people are in a picture of a part, ``seen``, at ``width`` x ``height``."""
        if seen != self.region:
            # Drawn before the last change.
            return
        people = _around(box and _place(box, seen, width, height), self._elsewhere)
        if people is None:
            self.look_everywhere()
            return
        self._people.append(people)
        if self._at_border(people):
            self._change(self._wanted(list(self._people)[-self.BEFORE :]))
        elif len(self._people) == self.PATIENCE:
            wanted = self._wanted(self._people)
            if wanted.width * wanted.height < self.WORTHWHILE * seen.width * seen.height:
                self._change(wanted)

    def _change(self, region: Region) -> None:
        if region != self.region:
            self.region = region
            self.part = (self.part + 1) % 2**32
            if region == WHOLE:
                self._elsewhere = None

    def _at_border(self, people: Region) -> bool:
        region, near = self.region, self.NEAR
        return (
            (region.x > 0 and people.x < region.x + near)
            or (region.y > 0 and people.y < region.y + near)
            or (region.right < 1 and people.right > region.right - near)
            or (region.bottom < 1 and people.bottom > region.bottom - near)
        )

    def _wanted(self, where: Iterable[Region]) -> Region:
        people = reduce(_around, where)
        more = 1 + 2 * self.MARGIN
        width, height = (max(size * more, self.SMALLEST) for size in (people.width, people.height))
        width, height = max(width, height / self.STRETCH), max(height, width / self.STRETCH)
        x, width = self._span(people.x + people.width / 2, width)
        y, height = self._span(people.y + people.height / 2, height)
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
    across, down = seen.width / width, seen.height / height
    return Region(
        seen.x + box.left * across,
        seen.y + box.top * down,
        (box.right - box.left) * across,
        (box.bottom - box.top) * down,
    )


def _around(one: Region | None, other: Region | None) -> Region | None:
    """Return the region around both."""
    if one is None or other is None:
        return one or other
    x, y = min(one.x, other.x), min(one.y, other.y)
    return Region(x, y, max(one.right, other.right) - x, max(one.bottom, other.bottom) - y)
