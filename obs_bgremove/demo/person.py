# SPDX-License-Identifier: GPL-2.0-or-later
"""A real person before a real room, moving: the clip that stands in for a camera.

The picture, ``portrait.jpg``, is NASA's portrait of the astronaut Eileen Collins, in the public domain.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

PORTRAIT = Path(__file__).with_name("portrait.jpg")

WIDTH, HEIGHT, FPS = 640, 360, 30
#: The movement repeats after this many frames, without a jump.
COUNT = 240


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: int
    top: int
    right: int
    bottom: int


#: Where the portrait (512x512) certainly shows the person, and where it certainly does not: parts of the
#: face, the flag, the wall and the model of the shuttle.
PERSON = (Box(190, 90, 260, 175),)
ROOM = (Box(40, 70, 75, 130), Box(318, 70, 360, 130), Box(385, 90, 445, 160))


def portrait() -> NDArray[numpy.uint8]:
    """Return the portrait: uint8 [512, 512, 3], BGR; OSError if its file cannot be read."""
    content = numpy.frombuffer(PORTRAIT.read_bytes(), numpy.uint8)
    picture: NDArray[numpy.uint8] | None = cv2.imdecode(content, cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"{PORTRAIT} is no picture")
    return picture


def view(number: int) -> NDArray[numpy.float64]:
    """Return the map from the portrait to frame ``number``: float64 [2, 3], pixels to pixels.

    The person sways, nods and comes nearer, as somebody does before a camera.
    """
    phase = 2 * math.pi * number / COUNT
    x = 253 + 15 * math.sin(2 * phase) + 3 * math.sin(7 * phase)
    y = 140 + 6 * math.sin(3 * phase + 1)
    shown = 450 + 20 * math.cos(phase)  # pixels of the portrait that fill the width
    turn = 1.5 * math.sin(2 * phase + 0.5)
    move: NDArray[numpy.float64] = cv2.getRotationMatrix2D((x, y), turn, WIDTH / shown)
    move[:, 2] += WIDTH / 2 - x, HEIGHT / 2 - y
    return move


def frame(picture: NDArray[numpy.uint8], number: int) -> NDArray[numpy.uint8]:
    """Return one frame: uint8 [HEIGHT, WIDTH, 3], BGR."""
    shown: NDArray[numpy.uint8] = cv2.warpAffine(
        picture, view(number), (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return shown


def seen(box: Box, number: int) -> NDArray[numpy.bool_]:
    """Return which pixels of a frame lie in a box of the portrait: bool [HEIGHT, WIDTH]."""
    corners = numpy.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)], float
    )
    move = view(number)
    shown = corners @ move[:, :2].T + move[:, 2]
    mask = numpy.zeros((HEIGHT, WIDTH), numpy.uint8)
    cv2.fillConvexPoly(mask, numpy.round(shown).astype(numpy.int32), 1)
    return mask.astype(bool)


def write_clip(picture: NDArray[numpy.uint8], path: Path) -> Path:
    """Write the clip: Motion JPEG of high quality, which every OBS plays; return its path."""
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT))
    if not video.isOpened():
        raise OSError(f"{path} cannot be written as a video.")
    video.set(cv2.VIDEOWRITER_PROP_QUALITY, 98)
    for number in range(COUNT):
        video.write(frame(picture, number))
    video.release()
    return path


def which(picture: NDArray[numpy.uint8], shown: NDArray[numpy.uint8]) -> int:
    """Return the number of the frame that ``shown`` (uint8 [HEIGHT, WIDTH, 3], BGR) is most like."""
    small = cv2.resize(shown, (160, 90), interpolation=cv2.INTER_AREA).astype(int)

    def difference(number: int) -> float:
        candidate = cv2.resize(frame(picture, number), (160, 90), interpolation=cv2.INTER_AREA)
        return float(numpy.abs(candidate.astype(int) - small).mean())

    return min(range(COUNT), key=difference)
