# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the demo shows what it promises, judged by its two pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy

from ..translate import tr
from . import person

if TYPE_CHECKING:
    from numpy.typing import NDArray


def problems(
    picture: NDArray[numpy.uint8],
    background: NDArray[numpy.uint8],
    before: NDArray[numpy.uint8],
    after: NDArray[numpy.uint8],
) -> list[str]:
    """Return a sentence for each thing that is not as it should be; empty if the room is replaced.

    ``before`` and ``after`` show one frame of the clip made from ``picture``, all BGR. Where the
    portrait certainly shows the person, nothing may have changed; where it certainly shows the room, the
    background must be seen and the room must not.
    """
    number = person.which(picture, before)
    expected = cv2.resize(background, (person.WIDTH, person.HEIGHT), interpolation=cv2.INTER_AREA)
    found: list[str] = []
    for box in person.PERSON:
        where = person.seen(box, number)
        if _distance(after[where], before[where]) > 8:
            found.append(tr("The person is not as she was: a part of the face has changed."))
    for box in person.ROOM:
        where = person.seen(box, number)
        to_new, to_old = _distance(after[where], expected[where]), _distance(after[where], before[where])
        if to_new > 12 or to_old < 2 * to_new:
            found.append(
                tr("The room is not replaced: at a place beside the person the background is not shown.")
            )
    return found


def _distance(first: NDArray[numpy.uint8], second: NDArray[numpy.uint8]) -> float:
    """Return the mean absolute difference of colours, 0 to 255."""
    return float(numpy.abs(first.astype(int) - second.astype(int)).mean())
