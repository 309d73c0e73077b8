# SPDX-License-Identifier: GPL-2.0-or-later
"""Contact sheets: a row for each picture, with its alpha, the truth, and where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..common.arrays import Bytes, Floats
    from .worst import Sample

#: Size of a cell and of the line of text above each row, in pixels.
CELL_HEIGHT, CELL_WIDTH, LINE = 180, 320, 22
COLUMNS = ("frame", "alpha", "truth", "red: taken for person, blue: person lost")
_GREY, _WHITE = (48, 48, 48), (235, 235, 235)


def draw(samples: list[Sample]) -> Bytes:
    """Return the sheet of ``samples``, uint8 [H, W, 3] BGR: a line of headings, then a row for each."""
    rows = [_text(COLUMNS)]
    for sample in samples:
        cells = (sample.picture, grey(sample.alpha), grey(sample.truth), difference(sample))
        rows += [_text([sample.title]), np.hstack([fitted(cell) for cell in cells])]
    return np.vstack(rows)


def difference(sample: Sample) -> Bytes:
    """Return where alpha and truth differ, over the darkened picture: red is too much, blue too little."""
    off = (sample.alpha - sample.truth)[..., None].astype(np.float32)
    shown = cv2.cvtColor(cv2.cvtColor(sample.picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR) * 0.35
    colour = np.where(off > 0, np.array([40, 40, 255], np.float32), np.array([255, 160, 40], np.float32))
    mixed: Bytes = np.rint(shown * (1 - np.abs(off)) + colour * np.abs(off)).astype(np.uint8)
    return mixed


def grey(alpha: Floats) -> Bytes:
    """Return an alpha (float [H, W] in 0..1) as a grey picture, uint8 [H, W, 3]."""
    shown: Bytes = cv2.merge([np.rint(np.clip(alpha, 0, 1) * 255).astype(np.uint8)] * 3)
    return shown


def fitted(picture: Bytes) -> Bytes:
    """Return a picture in a cell, whole, its shape kept."""
    height, width = picture.shape[:2]
    scale = min(CELL_HEIGHT / height, CELL_WIDTH / width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    cell = np.full((CELL_HEIGHT, CELL_WIDTH, 3), _GREY, np.uint8)
    top, left = (CELL_HEIGHT - size[1]) // 2, (CELL_WIDTH - size[0]) // 2
    cell[top : top + size[1], left : left + size[0]] = small
    return cell


def _text(words: Sequence[str]) -> Bytes:
    line = np.full((LINE, len(COLUMNS) * CELL_WIDTH, 3), _GREY, np.uint8)
    for number, word in enumerate(words):
        place = (number * CELL_WIDTH + 4, LINE - 7)
        cv2.putText(line, word, place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, _WHITE, 1, cv2.LINE_AA)
    return line
