# SPDX-License-Identifier: GPL-2.0-or-later
"""Tells people apart who touch in the alpha, by where each of them was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .others import Other
    from .planes import Planes

#: How far somebody may have moved since the alpha before, in pixels: right, down.
_ACROSS, _DOWN = (0, -1, 1, -2, 2, -3, 3, -4, 4, -6, 6, -8, 8), (0, -1, 1, -3, 3)
#: Around where others are believed to be, new pixels are theirs within so many pixels; and they reach no
#: further than so many.
_NEAR, _REACH = 4, 12
#: Steps of one pixel in which what is new is divided.
_STEPS = 32


Way = tuple[int, int]


def apart(
    planes: Planes, people: int, before: int, last: Way, others: list[Other], seconds: float
) -> tuple[int, int, Way]:
    """Return the person in front and the others, planes, of connected ``people``; and the way of the first.

    ``before``: the person in front in the alpha before; ``last``: their way until then; ``seconds``: the time
    since then; ``others``: those who are among these people.
    """
    way = _way(planes, before, people, last)
    mine = planes.moved(before, *way) & people
    near = seen = 0
    for other in others:
        other.look_for(people, people & ~mine, seconds)
        near |= other.whole
        seen |= other.visible
    near = _grown(planes, near, _NEAR)
    reach = _grown(planes, near, _REACH - _NEAR)
    # Whoever is in front hides the others.
    theirs = people & ~mine & (near | seen & reach)
    new = people & ~mine & ~theirs
    for _ in range(_STEPS):
        if not new or not theirs:
            break
        # What is new goes to the nearer one, pixel by pixel.
        mine |= planes.grown(mine) & new
        new &= ~mine
        theirs |= planes.grown(theirs) & new & reach
        new &= ~theirs
    return mine | new, theirs, way


def _way(planes: Planes, before: int, people: int, last: Way) -> Way:
    """Return the movement after which least of a plane is where nobody is, the nearest to the last one."""

    def missing(right: int, down: int) -> int:
        return (planes.moved(before, right, down) & ~people).bit_count()

    right = min(_ACROSS, key=lambda by: (missing(by, last[1]), abs(by - last[0])))
    down = min(_DOWN, key=lambda by: (missing(right, by), abs(by - last[1])))
    return right, down


def _grown(planes: Planes, plane: int, by: int) -> int:
    for _ in range(by):
        plane = planes.grown(plane)
    return plane
