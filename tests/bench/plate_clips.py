# SPDX-License-Identifier: GPL-2.0-or-later
"""Clips to measure the plate of the room on: portraits with a known alpha move before photographed rooms.

    python -m tests.bench.plate_clips --people STILLS --rooms DIR --out DIR [--count N] [--ways WAY ...]
                               [--lines N]

STILLS has images/ and alphas/*.png of the same names, DIR pictures. A clip is a folder of com.mp4 and
pha.mkv (FFV1, 5 s, 1280x720 or of other --lines): a*F + (1-a)*B with noise, each frame as JPEG has it
(a webcam's motion JPEG). The ways, in turn:

- still: the camera stands still; exposure: and the exposure drifts; light: and a lamp is switched;
- shadow: the person throws a soft shadow on the room; flicker: a screen in the room flickers;
- pushed: a thing beside the person is pushed to another place;
- nudged: the camera is pushed once, by some pixels; held: it is held in a hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy

from tests.bench import strands
from tests.bench.edge_colour import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WAYS = "still", "exposure", "light", "shadow", "flicker", "pushed", "nudged", "held"
FRAMES, RATE = 150, 30
#: The deviation of the noise, of 255; the quality of the JPEG frames.
NOISE, QUALITY = 3.0, 85
#: The frame in which a lamp is switched, a thing or the camera is pushed.
MOMENT = 100


class Size(NamedTuple):
    """Of the pictures, in pixels."""

    width: int
    height: int

    @property
    def unit(self) -> float:
        """Return how many pixels one of a picture with 720 lines is: lengths below are in those."""
        return self.height / 720


def main() -> None:
    """Make the clips."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=Path, required=True, help="a folder of images/ and alphas/")
    parser.add_argument("--rooms", type=Path, required=True, help="a folder of pictures")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=len(WAYS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--lines", type=int, default=720, help="the height of the clips; they are 16:9")
    options = parser.parse_args()
    size = Size(options.lines * 16 // 9, options.lines)
    people = strands.find(options.people)
    rooms = sorted(path for path in options.rooms.glob("**/*") if path.suffix in (".jpg", ".png", ".webp"))
    if not rooms:
        raise SystemExit(f"There are no pictures in {options.rooms}.")
    random = numpy.random.default_rng(options.seed)
    for number in range(options.count):
        name, way = people[number % len(people)], options.ways[number % len(options.ways)]
        room = cv2.imread(str(rooms[random.integers(len(rooms))]))
        person, folder = strands.read(options.people, name), options.out / f"{number:02}_{way}_{name}"
        write(folder, frames(person, room, way, random, size), size)


def write(folder: Path, clip: Iterator[tuple[numpy.ndarray, numpy.ndarray]], size: Size) -> None:
    """Write a clip: its pictures [H, W, 3] BGR and their alphas [H, W]."""
    folder.mkdir(parents=True, exist_ok=True)
    code = cv2.VideoWriter.fourcc(*"FFV1")
    pictures = cv2.VideoWriter(str(folder / "com.mp4"), code, RATE, size)
    alphas = cv2.VideoWriter(str(folder / "pha.mkv"), code, RATE, size, False)
    if not (pictures.isOpened() and alphas.isOpened()):
        raise SystemExit(f"{folder} cannot be written; OpenCV here cannot code FFV1.")
    for picture, alpha in clip:
        pictures.write(picture)
        alphas.write(alpha)
    pictures.release()
    alphas.release()


def frames(person: strands.Still, room: numpy.ndarray, way: str, random, size: Size):
    """Yield frames (uint8 [height, width, 3] BGR) and their alphas; ``room``: [H, W, 3] BGR of any size."""
    unit = size.unit
    person = placed(person, size)
    colours = spread(person.picture, person.alpha > 0.98)
    view, place = view_of(room, random, size), wandering(random, size)
    held = [wave(random, 0.3, 2.0, 14.0 * unit) for _ in range(2)]
    there = (random.integers(100, 250, 2) * unit).astype(int), random.integers(250, 400, 2)
    screen = tuple(slice(*(round(edge * unit) for edge in edges)) for edges in ((80, 300), (560, 1000)))
    for number in range(FRAMES):
        moved = numpy.zeros(2)
        if way == "held":
            moved = numpy.array([move(number) for move in held])
        elif way == "nudged" and number >= MOMENT:
            moved = numpy.array([9.0, -5.0]) * unit
        behind = view(moved)
        if way == "pushed":
            lay(behind, *there, 0 if number < MOMENT else round(90 * unit))
        elif way == "flicker":
            behind[screen] *= 0.7 + 0.3 * numpy.sin(number * 0.9)
        moves = place(number)
        moves[:, 2] += moved
        alpha = cv2.warpAffine(person.alpha, moves, size, flags=cv2.INTER_LINEAR)
        alpha = (numpy.clip(alpha, 0, 1) * 255).round() / 255
        front = cv2.warpAffine(colours, moves, size, borderMode=cv2.BORDER_REPLICATE)
        if way == "shadow":
            blurred = cv2.GaussianBlur(alpha, (0, 0), 25 * unit)
            cast = numpy.roll(blurred, (round(10 * unit), round(50 * unit)), (0, 1))
            behind *= 1 - 0.3 * cast[..., None]
        picture = alpha[..., None] * front + (1 - alpha[..., None]) * behind
        picture *= gain(way, number)
        picture = strands.bytes_of(picture + random.normal(0, NOISE, picture.shape))
        coded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))[1]
        yield cv2.imdecode(coded, cv2.IMREAD_COLOR), (alpha * 255).round().astype(numpy.uint8)


def lay(room: numpy.ndarray, size: numpy.ndarray, colour: numpy.ndarray, pushed: int) -> None:
    """Lay a striped thing over a room beside its middle, pushed by some pixels to the right."""
    height, width = (2 * size).tolist()
    left = room.shape[1] // 2 - width // 2 + pushed
    stripes = 0.5 + 0.25 * numpy.sin(numpy.arange(width) / 7)
    room[room.shape[0] - height :, left : left + width] = stripes[:, None] * numpy.append(colour, 120)


def gain(way: str, number: int) -> numpy.ndarray:
    """Return what each channel is multiplied with: a camera's exposure and white balance, or a lamp."""
    if way == "exposure":
        return 1 + numpy.sin(number / 25) * numpy.array([0.10, 0.06, 0.08])
    if way == "light" and number >= MOMENT:
        return numpy.array([0.6, 0.72, 0.8])
    return numpy.ones(3)


def wave(random, slowest: float, fastest: float, reach: float) -> Callable[[int], float]:
    """Return a smooth movement by the number of the frame: three sines of this many turns a second."""
    turns, phases = random.uniform(slowest, fastest, 3), random.uniform(0, 2 * numpy.pi, 3)
    return lambda number: reach / 2 * float(numpy.sin(2 * numpy.pi * turns * number / RATE + phases).sum())


def wandering(random, size: Size) -> Callable[[int], numpy.ndarray]:
    """Return where a person of a portrait is, float [2, 3], by the number of the frame."""
    across, larger, turned = (wave(random, 0.1, 0.5, reach) for reach in (190.0 * size.unit, 0.09, 0.07))

    def place(number: int) -> numpy.ndarray:
        scale, angle = 1 + larger(number), turned(number)
        turn = scale * numpy.array(
            [[numpy.cos(angle), -numpy.sin(angle)], [numpy.sin(angle), numpy.cos(angle)]]
        )
        foot = numpy.array([size.width / 2, size.height])
        return numpy.column_stack([turn, foot + numpy.array([across(number), 0]) - turn @ foot])

    return place


def placed(person: strands.Still, size: Size) -> strands.Still:
    """Return a portrait in a picture of a size: in its middle, on its lower border."""
    rows, columns = numpy.nonzero(person.alpha > 0.5)
    scale = size.height * 0.8 / (person.alpha.shape[0] - rows.min())
    x = size.width / 2 - scale * (columns.min() + columns.max()) / 2
    move = numpy.array([[scale, 0, x], [0, scale, size.height - scale * person.alpha.shape[0]]])
    picture, alpha = (
        cv2.warpAffine(one, move, size, flags=cv2.INTER_AREA) for one in (person.picture, person.alpha)
    )
    return strands.Still(picture, alpha, None)


def view_of(room: numpy.ndarray, random, size: Size) -> Callable[[numpy.ndarray], numpy.ndarray]:
    """Return what a camera sees, float32 [height, width, 3], by how far it was moved, in pixels."""
    border = 40 * size.unit
    scale = max((size.width + 2 * border) / room.shape[1], (size.height + 2 * border) / room.shape[0])
    large = cv2.resize(room, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(numpy.float32)
    large = cv2.GaussianBlur(large, (0, 0), random.uniform(0.5, 1.5) * size.unit)
    middle = (numpy.array(large.shape[1::-1]) - size) / 2

    def view(moved: numpy.ndarray) -> numpy.ndarray:
        corner = middle - moved
        move = numpy.array([[1, 0, -corner[0]], [0, 1, -corner[1]]])
        return cv2.warpAffine(large, move, size, flags=cv2.INTER_LINEAR)

    return view


if __name__ == "__main__":
    main()
