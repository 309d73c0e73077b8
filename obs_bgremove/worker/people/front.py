# SPDX-License-Identifier: GPL-2.0-or-later
"""The person in front, from alpha to alpha: everybody else is room.

No second network: what hangs together in the alpha is followed by where it was in the alpha before, and
judged by its size, its place and how long it has been there. Where people touch, ``parting`` parts them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...link.layout import ALL, Part
from .area import pixels_of
from .components import components
from .others import Other
from .parting import apart
from .planes import Planes

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HALF = 127
#: What is smaller than this share of the whole picture is nobody.
_LEAST = 0.0015
#: Somebody of this share of the size of the largest who is kept, for so many seconds, is kept, too.
_JOINS, _JOINS_AFTER = 0.6, 2.0
#: While nobody is kept, that is enough after so many seconds; and the size that is compared with halves in so
#: many: whoever is in front may come back further away.
_BACK_AFTER, _HALVES = 0.5, 10.0
#: What is kept and has less than this share of the largest, apart from it, is nobody after so many seconds.
#: A hand that comes in from below stays.
_SMALL, _SMALL_AFTER = 0.45, 2.0
#: For so many seconds after somebody was chosen, the choice is made again with each alpha: the first ones of
#: a network may show a part of a person.
_YOUNG = 1.0
#: Seconds for which somebody is remembered who is hidden by another, and who is found nowhere.
_HIDES, _LOST = 5.0, 0.5
#: The same for the person in front.
_MISSED = 1.0
#: Who touches the person in front for so long without a gap is taken for a part of them: it may well be one.
_TOUCHES = 20.0
#: Seconds in which the remembered size follows.
_FOLLOWS = 3.0
#: Pixels around a person that are theirs, too, where the alpha is low: hair.
_FRINGE = 8


class _Lasting:
    """Whether something has been so for some time."""

    #: Not being so for less than this, in seconds, is overlooked.
    GAP = 0.5

    def __init__(self) -> None:
        self._since = self._last = -math.inf

    def holds(self, true: bool, seconds: float, now: float) -> bool:
        """Note whether it is so now; return whether it is, and has been for so many seconds."""
        if not true:
            return False
        if now - self._last > self.GAP:
            self._since = now
        self._last = now
        return now - self._since >= seconds


class Front:
    """The person in front in the alphas of one filter, uint8 [H, W]. People are planes, see ``Planes``."""

    def __init__(self, height: int, width: int, area: Part = ALL) -> None:
        """``area``: the part of the picture in which people count."""
        self._planes = Planes(height, width)
        self._part = ALL
        self._area = area
        self._kept: list[int] = []
        self._others: list[Other] = []
        #: How large who is kept usually is, as a share of the whole picture; 0: there was nobody yet.
        self._size = 0.0
        self._chosen_at = self._kept_at = self._now = 0.0
        #: The last movement of the person in front, in pixels.
        self._way = 0, 0
        self._small = _Lasting()

    def keep(self, alpha: NDArray[np.uint8], part: Part, now: float) -> int:
        """Clear all but the person in front from an alpha; return the number of people who were cleared.

        ``part``: what the alpha is of; ``now``: seconds.
        """
        seconds = min(max(now - self._now, 0.0), 1.0)
        self._now = now
        self._reframe(part)
        found = components(self._people(alpha, part), self._planes, math.ceil(_LEAST / self._pixel()))
        kept = self._judged(self._told_apart(found, seconds), seconds)
        if kept:
            # Else the place is remembered: a network loses somebody for a moment.
            self._kept, self._kept_at = kept, now
        elif now - self._kept_at > _MISSED:
            self._kept = []
        others = [other.visible for other in self._others if other.visible]
        if not kept:
            alpha[:] = 0
        elif others:
            alpha[~self._planes.mask(self._around(kept, others))] = 0
        return len(others)

    def forget(self) -> None:
        """Begin again: the alphas before are of another time."""
        self._kept, self._others, self._size = [], [], 0.0

    def hide_small(self, alpha: NDArray[np.uint8]) -> None:
        """Clear from an alpha of the whole picture whoever is too small to be kept."""
        least = max(_LEAST, _JOINS * self._size) * alpha.size
        people = components(self._people(alpha, ALL), self._planes, math.ceil(least))
        alpha[~self._planes.mask(_union(people))] = 0

    def _people(self, alpha: NDArray[np.uint8], part: Part) -> NDArray[np.bool_]:
        """Return where in an alpha of a part people are who count, bool [H, W]."""
        people = np.zeros(alpha.shape, bool)
        inside = pixels_of(self._area, part, *alpha.shape)
        people[inside] = alpha[inside] > _HALF
        return people

    def _pixel(self) -> float:
        """Return the area of a pixel, as a share of the whole picture."""
        return self._part.width * self._part.height / (self._planes.height * self._planes.width)

    def _reframe(self, part: Part) -> None:
        """Let everything be of another part of the picture."""
        before = self._part
        if part == before:
            return
        planes = self._planes
        rows = _places(planes.height, part.y, part.height, before.y, before.height)
        columns = _places(planes.width, part.x, part.width, before.x, before.width)

        def again(plane: int) -> int:
            # The last row and column are for what was not seen before.
            mask = np.pad(planes.mask(plane), ((0, 1), (0, 1)))
            return planes.of(mask[rows][:, columns])

        self._part = part
        self._kept = [again(one) for one in self._kept]
        for other in self._others:
            other.reframe(again)

    def _told_apart(self, found: list[int], seconds: float) -> list[int]:
        """Return who of the people found is kept, by where everybody was before; note the others."""
        before, now = _union(self._kept), self._now
        own = [(before & one).bit_count() for one in found]
        main = own.index(max(own)) if any(own) else -1
        homes = self._homes(found, seconds)
        kept: list[int] = []
        for number, one in enumerate(found):
            here = homes[number]
            if number == main and here:
                mine, theirs, self._way = apart(self._planes, one, before, self._way, here, seconds)
                self._share(here, theirs, seconds)
                kept += [mine] if mine else []
            elif own[number] > (_union([other.whole for other in here]) & one).bit_count():
                back = next((other for other in self._others if other.may_be(one)), None)
                if number == main or back is None:
                    kept.append(one)
                else:
                    back.see(one, seconds, now)
            elif here:
                # From here on they are one: nothing tells them apart, and nobody needs to.
                first = max(here, key=lambda other: other.whole.bit_count())
                first.see(one, seconds, now)
                self._others = [other for other in self._others if other is first or other not in here]
            else:
                self._others.append(Other(self._planes, one, now))
        return kept

    def _homes(self, found: list[int], seconds: float) -> list[list[Other]]:
        """Return for each of the people found who of the others is there now, most of them."""
        homes: list[list[Other]] = [[] for _ in found]
        for other in list(self._others):
            other.go_on(seconds)
            shared = [(other.whole & one).bit_count() for one in found]
            if any(shared):
                homes[shared.index(max(shared))].append(other)
            else:
                other.visible = 0
            unseen, touching = self._now - other.seen_at, self._now - other.apart_at
            if not other.whole or unseen > (_HIDES if any(shared) else _LOST) or touching > _TOUCHES:
                self._others.remove(other)
        return homes

    def _share(self, others: list[Other], theirs: int, seconds: float) -> None:
        """Note what is seen of others who touch the person in front."""
        for other in sorted(others, key=lambda one: -one.whole.bit_count()):
            share = theirs if other is others[-1] or len(others) == 1 else theirs & other.whole
            theirs &= ~share
            other.touch(share, seconds, self._now)

    def _judged(self, kept: list[int], seconds: float) -> list[int]:
        """Return who is kept, by their sizes and how long they have been there."""
        now, planes = self._now, self._planes
        if not self._size or (kept and now - self._chosen_at < _YOUNG):
            return self._chosen(kept)
        if not kept:
            self._size *= 0.5 ** (seconds / _HALVES)
        else:
            largest = max(one.bit_count() for one in kept)
            self._size += (largest * self._pixel() - self._size) * (1 - math.exp(-seconds / _FOLLOWS))
            small = [one for one in kept if self._is_small(one, largest)]
            if self._small.holds(bool(small), _SMALL_AFTER, now):
                kept = [one for one in kept if one not in small]
                self._others += [Other(planes, one, now) for one in small]
        after = _JOINS_AFTER if kept else _BACK_AFTER
        for other in list(self._others):
            large = other.visible.bit_count() * self._pixel() >= _JOINS * self._size
            if other.stays(large, after, now):
                self._others.remove(other)
                kept = [*kept, other.visible]
        return kept

    def _chosen(self, kept: list[int]) -> list[int]:
        """Return the person in front of everybody who is there."""
        people = kept + [other.visible for other in self._others if other.visible]
        if not people:
            return []
        best = max(people, key=self._prominence)
        if not self._size:
            self._chosen_at = self._now
        self._size = best.bit_count() * self._pixel()
        if best in kept:
            # Pieces of whoever was in front, as a hand, stay.
            return kept
        self._others = [other for other in self._others if other.visible != best]
        self._others += [Other(self._planes, one, self._now) for one in kept]
        return [best]

    def _prominence(self, person: int) -> float:
        """Return how much somebody is in front: by size, and by how near to the middle."""
        columns = np.flatnonzero(self._planes.mask(person).any(axis=0))
        middle = self._part.x + self._part.width * (columns[0] + columns[-1] + 1) / 2 / self._planes.width
        return person.bit_count() * (1.5 - abs(2 * float(middle) - 1))

    def _is_small(self, piece: int, largest: int) -> bool:
        planes = self._planes
        rows, _columns = pixels_of(self._area, self._part, planes.height, planes.width)
        below = planes.moved(planes.lowest_row, 0, rows.stop - planes.height)
        return piece.bit_count() < _SMALL * largest and not piece & below

    def _around(self, kept: list[int], others: list[int]) -> int:
        """Return who is kept, with the soft edge around them."""
        mine, theirs = _union(kept), _union(others)
        grown = self._planes.grown
        for _ in range(_FRINGE):
            mine |= grown(mine) & ~theirs
            theirs |= grown(theirs) & ~mine
        return mine


def _union(planes: list[int]) -> int:
    union = 0
    for one in planes:
        union |= one
    return union


def _places(count: int, start: float, size: float, old_start: float, old_size: float) -> NDArray[np.intp]:
    """Return for each row (or column) of a part where it was in the part before; ``count``: it was not."""
    middles = start + (np.arange(count) + 0.5) * (size / count)
    places = np.floor((middles - old_start) / old_size * count).astype(np.intp)
    return np.where((places >= 0) & (places < count), places, count)
