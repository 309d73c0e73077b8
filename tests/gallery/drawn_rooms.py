# SPDX-License-Identifier: GPL-2.0-or-later
"""Rooms that are drawn, and a person before them: no picture of other people is needed.

The person is put before them with the alpha that OBS shows of a photograph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[numpy.uint8]

#: Of the noise of a camera, and of where the things stand.
SEED = 20


def living_room(width: int, height: int) -> Picture:
    """Return a bright room with a window and books: uint8 [height, width, 3] BGR."""
    random = numpy.random.default_rng(SEED)
    room = numpy.full((height, width, 3), (178, 196, 208), float)
    room *= numpy.linspace(1.08, 0.8, width)[None, :, None]
    room[height * 5 // 6 :] = (70, 96, 132)
    left, right, top, bottom = width // 24, width * 7 // 24, height // 12, height * 3 // 5
    room[top:bottom, left:right] = (250, 236, 214)
    room[height * 2 // 5 : bottom, left:right] = (120, 176, 132)
    for x in (left, (left + right) // 2, right):
        cv2.rectangle(room, (x - 4, top), (x + 4, bottom), (236, 240, 244), -1)
    for y in (top, bottom):
        cv2.rectangle(room, (left, y - 4), (right, y + 4), (236, 240, 244), -1)
    for shelf in range(3):
        foot, x = height * (3 + 2 * shelf) // 8, width * 2 // 3
        cv2.rectangle(room, (x, foot), (width - 20, foot + 6), (60, 92, 128), -1)
        while x < width - 44:
            across, high = int(random.integers(8, 20)), int(random.integers(height // 9, height // 6))
            colour = tuple(float(one) for one in random.integers(40, 200, 3))
            cv2.rectangle(room, (x, foot - high), (x + across, foot - 1), colour, -1)
            x += across + 1
    return _seen(room, random)


def dark_room(width: int, height: int) -> Picture:
    """Return a dark room with coloured lights and posters: uint8 [height, width, 3] BGR."""
    random = numpy.random.default_rng(SEED)
    room = numpy.full((height, width, 3), (38, 26, 24), float)
    x, y = numpy.meshgrid(numpy.linspace(0, 1, width), numpy.linspace(0, 1, height))
    for at, colour in ((0.02, (190, 40, 120)), (0.98, (200, 120, 20))):
        room += numpy.exp(-(((x - at) / 0.3) ** 2))[..., None] * numpy.array(colour) * 0.7
    room += numpy.exp(-(((y - 0.05) / 0.12) ** 2))[..., None] * (120, 30, 90)
    for place, colour in ((1, (60, 60, 190)), (23, (150, 110, 50))):
        left, top = width * place // 30, height * 3 // 16
        cv2.rectangle(room, (left, top), (left + width // 6, top + height * 2 // 5), colour, -1)
        cv2.circle(room, (left + width // 12, top + height // 5), height // 9, (30, 25, 25), -1)
    return _seen(room, random)


def _seen(room: NDArray[numpy.float64], random: numpy.random.Generator) -> Picture:
    """Return a drawing as a camera sees what is behind a person: a little blurred, with noise."""
    seen = cv2.GaussianBlur(room, (0, 0), room.shape[0] / 240) + random.normal(0, 3, room.shape)
    return numpy.clip(seen, 0, 255).round().astype(numpy.uint8)


def before(room: Picture, person: NDArray[numpy.integer], light: float = 1.0) -> Picture:
    """Return the room with a person before it: uint8 [H, W, 3].

    ``person``: [H, W, 4] BGRA in 0..255, not premultiplied; ``light``: how bright the person is.
    """
    alpha = person[..., 3:] / 255
    shown = person[..., :3] * light * alpha + room * (1 - alpha)
    return numpy.clip(shown, 0, 255).round().astype(numpy.uint8)
