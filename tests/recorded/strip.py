# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures side by side, a row for each thing that is shown, with a caption above each column."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import cv2
import numpy

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Width and height of a picture, and height of a line of the captions, in pixels; the letters of a line.
PICTURE, LINE, LETTERS = (240, 135), 18, 34


def strip(rows: Sequence[Sequence[numpy.ndarray]], captions: Sequence[str]) -> numpy.ndarray:
    """Return a strip, uint8 [H, W, 3], of rows of pictures of any size, uint8 [h, w, 3] BGR.

    There is a caption for each column.
    """
    lines = [textwrap.wrap(caption, LETTERS) for caption in captions]
    height = LINE * max(map(len, lines))
    made = [numpy.hstack([_caption(those, height) for those in lines])]
    made += [numpy.hstack([fitted(picture) for picture in row]) for row in rows]
    return numpy.vstack(made)


def _caption(lines: list[str], height: int) -> numpy.ndarray:
    made = numpy.full((height, PICTURE[0], 3), 40, numpy.uint8)
    for number, line in enumerate(lines):
        place = 4, LINE * (number + 1) - 5
        cv2.putText(made, line, place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA)
    return made


def fitted(picture: numpy.ndarray) -> numpy.ndarray:
    """Return a picture in the middle of a place of the strip, its proportions kept."""
    scale = min(PICTURE[0] / picture.shape[1], PICTURE[1] / picture.shape[0])
    width, height = (round(scale * side) for side in picture.shape[1::-1])
    made = numpy.full((PICTURE[1], PICTURE[0], 3), 40, numpy.uint8)
    left, top = (PICTURE[0] - width) // 2, (PICTURE[1] - height) // 2
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    made[top : top + height, left : left + width] = small
    return made
