# SPDX-License-Identifier: GPL-2.0-or-later
"""People who are not kept: where they are, also while somebody stands before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .planes import GUARD

if TYPE_CHECKING:
    from collections.abc import Callable

    from .planes import Planes

#: Seconds in which a speed follows.
_FOLLOWS = 0.25
#: From this share of somebody on all of them is seen, up to so much more; less than the last is nothing.
_WHOLLY, _GROWN, _PARTLY = 0.98, 1.2, 0.2
#: The same person is at most so many times as large in two alphas.
_ALIKE = 2.5
#: Who stays moves by less than this share of the picture's width.
_STAYS = 0.1
#: What a pixel of movement that was not expected costs, from the third on, as a share of their size.
_FAR = 0.015
#: Where they are looked for, in pixels from where they are believed to be: right, down.
_ACROSS, _DOWN = (0, -1, 1, -2, 2, -4, 4, -6, 6, -8, 8), (0, -1, 1, -2, 2, -4, 4)


class Other:
    """Somebody who is not kept. Planes are of the alpha now."""

    def __init__(self, planes: Planes, plane: int, now: float) -> None:
        self._planes = planes
        #: All of them, where they are now, or are believed to be; and what of them is seen.
        self.whole = self.visible = plane
        #: When they were seen last, and when apart from the person in front, in seconds.
        self.seen_at = self.apart_at = now
        #: Their size when nobody touched them, in pixels.
        self._size = plane.bit_count()
        self._middle = _middle(planes, plane)
        #: Since when, and where, they have been staying.
        self._stays_since, self._stays_at = now, self._middle
        #: Pixels per second, right and down; and what is left of the last move, less than a pixel.
        self._speed, self._rest = np.zeros(2), np.zeros(2)

    def go_on(self, seconds: float) -> None:
        """Let them go on as they went."""
        way = self._rest + self._speed * seconds
        step = np.clip(np.rint(way), -GUARD, GUARD)
        self.whole = self._planes.moved(self.whole, int(step[0]), int(step[1]))
        self._rest = way - step

    def look_for(self, people: int, rest: int, seconds: float) -> None:
        """Move them, while they touch the person in front, to where they explain most of the ``rest``.

        ``people``: all who hang together; ``rest``: those of them who are not the person in front. They are
        not where nobody is.
        """
        moved, whole = self._planes.moved, self.whole

        def fit(right: int, down: int) -> float:
            there = moved(whole, right, down)
            far = _FAR * max(abs(right) + abs(down) - 2, 0) * self._size
            return (there & rest).bit_count() - (there & ~people).bit_count() - far

        right = max(_ACROSS, key=lambda by: fit(by, 0))
        down = max(_DOWN, key=lambda by: fit(right, by))
        self.whole = moved(whole, right, down)
        if seconds > 0:
            self._speed += np.array([right, down]) / seconds * min(seconds / _FOLLOWS, 1.0)

    def touch(self, plane: int, seconds: float, now: float) -> None:
        """Note what of them is seen while they touch the person in front."""
        self.visible = plane
        share = plane.bit_count() / max(self._size, 1)
        if _WHOLLY < share < _GROWN:
            size, apart_at = self._size, self.apart_at
            self.see(plane, seconds, now)
            self._size, self.apart_at = size, apart_at
        elif share > _PARTLY:
            self.seen_at = now

    def may_be(self, plane: int) -> bool:
        """Whether somebody who comes out from behind another can be them, by size."""
        hidden = self.visible.bit_count() < _PARTLY * self._size
        return hidden and 1 / _ALIKE < plane.bit_count() / max(self._size, 1) < _ALIKE

    def see(self, plane: int, seconds: float, now: float) -> None:
        """Note that all of them is there, so many seconds after they were seen last."""
        self._size = plane.bit_count()
        middle = _middle(self._planes, plane)
        if 0 < now - self.seen_at < 1.5 * seconds:
            speed = (middle - self._middle) / seconds
            self._speed += (speed - self._speed) * min(seconds / _FOLLOWS, 1.0)
        self._middle, self._rest = middle, np.zeros(2)
        self.whole = self.visible = plane
        self.seen_at = self.apart_at = now

    def stays(self, large: bool, seconds: float, now: float) -> bool:
        """Note whether they are large; return whether they have been, in one place, for so many seconds."""
        moved = np.abs(self._middle - self._stays_at).max() > _STAYS * self._planes.width
        if moved or (not large and self.visible):
            self._stays_since, self._stays_at = now, self._middle
        return large and now - self._stays_since >= seconds

    def reframe(self, again: Callable[[int], int]) -> None:
        """Let everything be of another part of the picture."""
        self.whole, self.visible = again(self.whole), again(self.visible)
        gone = self._middle - self._stays_at
        self._middle = _middle(self._planes, self.whole)
        # How far they have gone since counts on: somebody who walks does not stay because the part changes.
        self._stays_at = self._middle - gone
        self._size, self._speed = self.whole.bit_count(), np.zeros(2)


def _middle(planes: Planes, plane: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the centre of gravity of a plane in pixels: right, down."""
    mask = planes.mask(plane)
    across, down = mask.sum(axis=0), mask.sum(axis=1)
    count = max(int(down.sum()), 1)
    return np.array([across @ np.arange(len(across)) / count, down @ np.arange(len(down)) / count])
