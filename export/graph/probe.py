# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames made by arithmetic alone, on which a converted model is compared with its reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..common.arrays import Bools, Bytes


def frames(height: int, width: int, count: int) -> Bytes:
    """Return ``count`` frames, uint8 [count, H, W, 4] BGRA: a drawn person who sways in a drawn room.

    A network that looks for people must see one, or every alpha is 0 and any conversion passes.
    No random numbers: the recorded references must hold on any machine and any numpy.
    """
    return np.stack([_frame(height, width, number) for number in range(count)])


def _frame(height: int, width: int, number: int) -> Bytes:
    rows, columns = np.mgrid[0:height, 0:width]
    # The picture's height is 1; the origin is the middle of its lower edge.
    y = (height - 1 - rows) / height
    x = (columns - (width - 1) / 2) / height - 0.03 * number
    rgb = np.empty((height, width, 3))
    rgb[:] = (176, 182, 190)
    rgb -= 40 * (1 - y)[..., None]
    shelf = (np.abs(x + 0.55) < 0.2) & (np.floor(y * 9) % 3 > 0)
    rgb[shelf] = (120, 92, 70)

    def paint(inside: Bools, colour: tuple[int, int, int]) -> None:
        light = 1 - 0.35 * np.clip(x + 0.1, -0.4, 0.4)
        rgb[inside] = (np.array(colour) * light[..., None])[inside]

    paint((x / 0.36) ** 2 + ((y - 0.02) / 0.40) ** 2 < 1, (52, 74, 118))  # shoulders
    paint((np.abs(x) < 0.075) & (y > 0.34) & (y < 0.5), (205, 158, 130))  # neck
    paint((x / 0.175) ** 2 + ((y - 0.66) / 0.225) ** 2 < 1, (58, 42, 34))  # hair
    paint((x / 0.135) ** 2 + ((y - 0.615) / 0.185) ** 2 < 1, (224, 178, 150))  # face
    for side in (-1, 1):
        paint(((x - side * 0.055) / 0.022) ** 2 + ((y - 0.64) / 0.012) ** 2 < 1, (250, 250, 250))
        paint(((x - side * 0.055) / 0.010) ** 2 + ((y - 0.64) / 0.012) ** 2 < 1, (40, 30, 28))
        paint((np.abs(x - side * 0.055) < 0.032) & (np.abs(y - 0.672) < 0.006), (70, 50, 40))
    paint((np.abs(x) < 0.014) & (y > 0.565) & (y < 0.635), (200, 150, 124))  # nose
    paint((x / 0.048) ** 2 + ((y - 0.525) / 0.013) ** 2 < 1, (176, 92, 92))  # mouth
    # A little texture, as every camera's noise is: a network's small weights are used too.
    rgb += ((rows * 7 + columns * 13 + number * 5) % 11 - 5)[..., None]
    bgra = np.full((height, width, 4), 255, np.uint8)
    bgra[..., :3] = np.clip(np.rint(rgb), 0, 255)[..., ::-1]
    return bgra
