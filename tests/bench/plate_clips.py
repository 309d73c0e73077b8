# SPDX-License-Identifier: GPL-2.0-or-later
"""Clips to measure the plate of the room on: portraits with a known alpha move before photographed rooms.

    python -m tests.bench.plate_clips --people STILLS --rooms DIR --out DIR [--count N] [--ways WAY ...]

STILLS has images/ and alphas/*.png of the same names, DIR pictures. A clip is a folder of com.mp4 and
pha.mkv (FFV1, 1280x720, 5 s): a*F + (1-a)*B with noise, each frame as JPEG has it (a webcam's motion JPEG).
The ways, in turn:

- still: the camera stands still; exposure: and the exposure drifts; light: and a lamp is switched;
- shadow: the person throws a soft shadow on the room; flicker: a screen in the room flickers;
- pushed: a thing beside the person is pushed to another place;
- nudged: the camera is pushed once, by some pixels; held: it is held in a hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy

from tests.bench import strands
from tests.bench.edge_colour import spread

if TYPE_CHECKING:
    from collections.abc import Callable

WAYS = "still", "exposure", "light", "shadow", "flicker", "pushed", "nudged", "held"
WIDTH, HEIGHT, FRAMES, RATE = 1280, 720, 150, 30
#: The deviation of the noise, of 255; the quality of the JPEG frames.
NOISE, QUALITY = 3.0, 85
#: The frame in which a lamp is switched, a thing or the camera is pushed.
MOMENT = 100


def main() -> None:
    """Make the clips."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=Path, required=True, help="a folder of images/ and alphas/")
    parser.add_argument("--rooms", type=Path, required=True, help="a folder of pictures")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=len(WAYS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    options = parser.parse_args()
    people = strands.find(options.people)
    rooms = sorted(path for path in options.rooms.glob("**/*") if path.suffix in (".jpg", ".png", ".webp"))
    if not rooms:
        raise SystemExit(f"There are no pictures in {options.rooms}.")
    random = numpy.random.default_rng(options.seed)
    for number in range(options.count):
        name, way = people[number % len(people)], options.ways[number % len(options.ways)]
        room = cv2.imread(str(rooms[random.integers(len(rooms))]))
        write(
            options.out / f"{number:02}_{way}_{name}", strands.read(options.people, name), room, way, random
        )


def write(folder: Path, person: strands.Still, room: numpy.ndarray, way: str, random) -> None:
    """Write a clip of a person before a room ([H, W, 3] BGR)."""
    folder.mkdir(parents=True, exist_ok=True)
    code, size = cv2.VideoWriter.fourcc(*"FFV1"), (WIDTH, HEIGHT)
    pictures = cv2.VideoWriter(str(folder / "com.mp4"), code, RATE, size)
    alphas = cv2.VideoWriter(str(folder / "pha.mkv"), code, RATE, size, False)
    if not (pictures.isOpened() and alphas.isOpened()):
        raise SystemExit(f"{folder} cannot be written; OpenCV here cannot code FFV1.")
    for picture, alpha in frames(person, room, way, random):
        pictures.write(picture)
        alphas.write(alpha)
    pictures.release()
    alphas.release()


def frames(person: strands.Still, room: numpy.ndarray, way: str, random):
    """Yield the frames of a clip: uint8 [HEIGHT, WIDTH, 3] BGR and alpha uint8 [HEIGHT, WIDTH]."""
    person = placed(person)
    colours = spread(person.picture, person.alpha > 0.98)
    view, place = view_of(room, random), wandering(random)
    held = [wave(random, 0.3, 2.0, 14.0) for _ in range(2)]
    there = random.integers(100, 250, 2), random.integers(250, 400, 2)
    for number in range(FRAMES):
        moved = numpy.zeros(2)
        if way == "held":
            moved = numpy.array([move(number) for move in held])
        elif way == "nudged" and number >= MOMENT:
            moved = numpy.array([9.0, -5.0])
        behind = view(moved)
        if way == "pushed":
            lay(behind, *there, 0 if number < MOMENT else 90)
        elif way == "flicker":
            behind[80:300, 560:1000] *= 0.7 + 0.3 * numpy.sin(number * 0.9)
        moves = place(number)
        moves[:, 2] += moved
        size = WIDTH, HEIGHT
        alpha = cv2.warpAffine(person.alpha, moves, size, flags=cv2.INTER_LINEAR)
        alpha = (numpy.clip(alpha, 0, 1) * 255).round() / 255
        front = cv2.warpAffine(colours, moves, size, borderMode=cv2.BORDER_REPLICATE)
        if way == "shadow":
            cast = numpy.roll(cv2.GaussianBlur(alpha, (0, 0), 25), (10, 50), (0, 1))
            behind *= 1 - 0.3 * cast[..., None]
        picture = alpha[..., None] * front + (1 - alpha[..., None]) * behind
        picture *= gain(way, number)
        picture = strands.bytes_of(picture + random.normal(0, NOISE, picture.shape))
        coded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))[1]
        yield cv2.imdecode(coded, cv2.IMREAD_COLOR), (alpha * 255).round().astype(numpy.uint8)


def lay(room: numpy.ndarray, size: numpy.ndarray, colour: numpy.ndarray, pushed: int) -> None:
    """Lay a striped thing over a room beside its middle, pushed by some pixels to the right."""
    height, width = (2 * size).tolist()
    left = WIDTH // 2 - width // 2 + pushed
    stripes = 0.5 + 0.25 * numpy.sin(numpy.arange(width) / 7)
    room[HEIGHT - height :, left : left + width] = stripes[:, None] * numpy.append(colour, 120)


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


def wandering(random) -> Callable[[int], numpy.ndarray]:
    """Return where a person of a portrait is, float [2, 3], by the number of the frame; needs its size."""
    across, larger, turned = (wave(random, 0.1, 0.5, reach) for reach in (190.0, 0.09, 0.07))

    def place(number: int) -> numpy.ndarray:
        scale, angle = 1 + larger(number), turned(number)
        turn = scale * numpy.array(
            [[numpy.cos(angle), -numpy.sin(angle)], [numpy.sin(angle), numpy.cos(angle)]]
        )
        foot = numpy.array([WIDTH / 2 + across(number), HEIGHT])
        return numpy.column_stack([turn, foot - turn @ numpy.array([WIDTH / 2, HEIGHT])])

    return place


def placed(person: strands.Still) -> strands.Still:
    """Return a portrait in a picture of WIDTH x HEIGHT: in its middle, on its lower border."""
    rows, columns = numpy.nonzero(person.alpha > 0.5)
    scale = HEIGHT * 0.8 / (person.alpha.shape[0] - rows.min())
    x = WIDTH / 2 - scale * (columns.min() + columns.max()) / 2
    move = numpy.array([[scale, 0, x], [0, scale, HEIGHT - scale * person.alpha.shape[0]]])
    size = WIDTH, HEIGHT
    picture, alpha = (
        cv2.warpAffine(one, move, size, flags=cv2.INTER_AREA) for one in (person.picture, person.alpha)
    )
    return strands.Still(picture, alpha, None)


def view_of(room: numpy.ndarray, random) -> Callable[[numpy.ndarray], numpy.ndarray]:
    """Return what a camera sees, float32 [HEIGHT, WIDTH, 3], by how far it was moved, in pixels."""
    border = 40
    scale = max((WIDTH + 2 * border) / room.shape[1], (HEIGHT + 2 * border) / room.shape[0])
    large = cv2.resize(room, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(numpy.float32)
    large = cv2.GaussianBlur(large, (0, 0), random.uniform(0.5, 1.5))
    middle = (numpy.array(large.shape[1::-1]) - (WIDTH, HEIGHT)) / 2

    def view(moved: numpy.ndarray) -> numpy.ndarray:
        corner = middle - moved
        move = numpy.array([[1, 0, -corner[0]], [0, 1, -corner[1]]])
        return cv2.warpAffine(large, move, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)

    return view


if __name__ == "__main__":
    main()
