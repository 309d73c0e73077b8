# SPDX-License-Identifier: GPL-2.0-or-later
"""A clip whose every frame says which one it is, and in which room and person are exact.

The room is magenta (no green), the person a white block that jumps about a tenth of the
picture from frame to frame; below, white marks on the room spell the number of the frame.
With the network of ``networks`` (green is person) what a filter shows of a frame is known to
the pixel, so a cut with the alpha of any other frame is seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WIDTH, HEIGHT, FPS = 640, 360, 30
COUNT = 240
BITS, SIDE, TOP = 8, 32, 316
ROOM = (255, 0, 255)
BLOCK = 96, 200


def block(number: int) -> tuple[int, int, int, int]:
    """Return the person in a frame: left, top, right, bottom, in pixels."""
    span = WIDTH - BLOCK[0]
    path = number * 67 % (2 * span)
    left = path if path < span else 2 * span - path
    return left, 60, left + BLOCK[0], 60 + BLOCK[1]


def frame(number: int) -> numpy.ndarray:
    """Return one frame: uint8 [HEIGHT, WIDTH, 3], BGR."""
    picture = numpy.full((HEIGHT, WIDTH, 3), ROOM, numpy.uint8)
    left, top, right, bottom = block(number)
    picture[top:bottom, left:right] = 255
    for bit in range(BITS):
        if number >> bit & 1:
            x = 40 + bit * 2 * SIDE
            picture[TOP : TOP + SIDE, x : x + SIDE] = 255
    return picture


def write(path: Path, scale: int = 1) -> Path:
    """Write the clip, every pixel of a frame ``scale`` times as wide and high."""
    size = scale * WIDTH, scale * HEIGHT
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"FFV1"), FPS, size)
    for number in range(COUNT):
        video.write(cv2.resize(frame(number), size, interpolation=cv2.INTER_NEAREST))
    video.release()
    return path


def read_number(picture: numpy.ndarray) -> int:
    """Return the number that a shown frame (BGR, at the size of the clip) spells."""
    number = 0
    for bit in range(BITS):
        x = 40 + bit * 2 * SIDE
        mark = picture[TOP + 8 : TOP + SIDE - 8, x + 8 : x + SIDE - 8]
        number |= int(mark.mean() > 200) << bit
    return number


def room_visible(picture: numpy.ndarray, margin: int = 6) -> int:
    """Return how many pixels show the room: magenta, as no background of the tests is.

    Within ``margin`` pixels of something white, where the small alpha blends, it may shine through.
    """
    # Blue and red above 120, green below 90.
    room = cv2.inRange(numpy.ascontiguousarray(picture[..., :3]), (121, 0, 121), (255, 89, 255)) > 0
    if not room.any():
        return 0
    white = (picture > 230).all(axis=2).astype(numpy.uint8)
    near = cv2.dilate(white, numpy.ones((2 * margin + 1, 2 * margin + 1), numpy.uint8)) > 0
    return int((room & ~near).sum())


class RoomShown(AssertionError):
    """The room was to be seen. A test that ends so is not run a second time: once is too often."""


def assert_hidden(pictures: Iterable[numpy.ndarray]) -> None:
    """Raise RoomShown if the room is visible in any of the pictures; there must be some."""
    assert_none([room_visible(picture) for picture in pictures])


def assert_none(rooms: list[int]) -> None:
    """The same for what ``room_visible`` returned."""
    assert rooms, "the recording holds no frame"
    if any(rooms):
        raise RoomShown(f"the room is in {sum(map(bool, rooms))} of {len(rooms)} pictures: {rooms}")


def mistakes(picture: numpy.ndarray, number: int, margin: int = 6) -> int:
    """Return how many pixels of the person's part are not as frame ``number`` cut with its own alpha.

    Inside its block all is white; outside of it nothing is, and no room. Pixels within
    ``margin`` of the block's outline, where the small alpha blends, do not count.
    """
    left, top, right, bottom = block(number)
    upper = picture[: TOP - margin]
    white = (upper > 230).all(axis=2)
    inside = numpy.zeros(white.shape, bool)
    inside[top + margin : bottom - margin, left + margin : right - margin] = True
    near = numpy.zeros(white.shape, bool)
    near[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin] = True
    return int((inside & ~white).sum() + (~near & white).sum()) + room_visible(upper)
