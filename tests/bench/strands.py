# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes stills of 1920x1080 whose every hair has an exact alpha and a known colour.

    python -m tests.bench.strands --people DIR --rooms DIR --out DIR [--count N] [--seed S]

``--people`` is a folder of images/ and alphas/ (photographs and their alphas, the same names), ``--rooms``
any folder of photographs. Strands of hair are drawn around the upper part of each person at four times the
size, in the colours of where they grow, then scaled down: their alpha is the share of a pixel that they
cover. The person, with the colours beyond the edge spread from just inside of it, is put before a room, and
noise is added. What is written, images/, alphas/ and foregrounds/, is what ``python -m tests.bench.hd``
reads. The same seed and photographs give the same stills.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy

from export.common.tree import below
from tests.bench.edge_colour import spread

WIDTH, HEIGHT = 1920, 1080
#: Strands are drawn at this many times the size.
FINER = 4
#: Strands of one colour are drawn together, in this number of colours.
COLOURS = 8
#: The standard deviation of the noise, in 255ths.
NOISE = 2.0


class Still(NamedTuple):
    """A picture with what is known of it.

    ``picture`` uint8 [H, W, 3] BGR, ``alpha`` float32 [H, W] in 0..1, ``foreground`` the own colours,
    uint8 [H, W, 3] BGR, or None if they are not known.
    """

    picture: numpy.ndarray
    alpha: numpy.ndarray
    foreground: numpy.ndarray | None


def main() -> None:
    """Make the stills."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=Path, required=True, help="folder of images/ and alphas/")
    parser.add_argument("--rooms", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    people, rooms = find(options.people), sorted(below(options.rooms))
    rooms = [path for path in rooms if path.suffix.lower() in {".jpg", ".jpeg", ".png"}]
    if not rooms:
        raise SystemExit(f"There are no photographs in {options.rooms}.")
    random = numpy.random.default_rng(options.seed)
    for number in range(options.count):
        person = read(options.people, people[number % len(people)])
        room = cv2.imread(str(rooms[random.integers(len(rooms))]))
        still = make(person, room, random)
        write(options.out, f"{number:02}_{people[number % len(people)]}", still)


def find(folder: Path) -> list[str]:
    """Return the names of the stills in a folder; SystemExit if there are none."""
    names = sorted(path.stem for path in (folder / "alphas").glob("*.png"))
    missing = [name for name in names if not list((folder / "images").glob(f"{name}.*"))]
    if missing or not names:
        raise SystemExit(f"{folder} needs images/ and alphas/*.png of the same names; missing: {missing}")
    return names


def read(folder: Path, name: str) -> Still:
    """Return a still of a folder."""
    picture = cv2.imread(str(next((folder / "images").glob(f"{name}.*"))))
    alpha = cv2.imread(str(folder / "alphas" / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    if picture is None or alpha is None or picture.shape[:2] != alpha.shape:
        raise SystemExit(
            f"{name} in {folder}: the picture or its alpha cannot be read, or their sizes differ."
        )
    known = folder / "foregrounds" / f"{name}.png"
    return Still(
        picture, alpha.astype(numpy.float32) / 255, cv2.imread(str(known)) if known.exists() else None
    )


def write(folder: Path, name: str, still: Still) -> None:
    """Write a still into a folder."""
    alpha = (still.alpha * 255).round().astype(numpy.uint8)
    for kind, picture in (("images", still.picture), ("alphas", alpha), ("foregrounds", still.foreground)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / kind / f"{name}.png"), picture)


def make(person: Still, room: numpy.ndarray, random: numpy.random.Generator) -> Still:
    """Return the person with more hair before a room ([H, W, 3] BGR), at WIDTH x HEIGHT."""
    colours, alpha = placed(person, random)
    premultiplied = colours * alpha[..., None]
    roots = scalp(alpha, random)
    for _ in range(COLOURS):
        root = roots[random.integers(len(roots))][0]
        shade = colours[int(root[1]), int(root[0])] * random.uniform(0.7, 1.4)
        chosen = random.choice(len(roots), len(roots) // COLOURS, replace=False)
        covered = drawn([roots[one] for one in chosen], random)[..., None]
        premultiplied = covered * numpy.clip(shade, 0, 255) + (1 - covered) * premultiplied
        alpha = covered[..., 0] + (1 - covered[..., 0]) * alpha
    alpha = (alpha * 255).round() / 255
    known = spread(premultiplied / numpy.maximum(alpha, 1e-3)[..., None], alpha > 0.02)
    behind = covering(room).astype(numpy.float32)
    behind = cv2.GaussianBlur(behind, (0, 0), random.uniform(0.3, 4.0))
    picture = alpha[..., None] * known + (1 - alpha[..., None]) * behind
    picture = picture + random.normal(0, NOISE, picture.shape)
    return Still(bytes_of(picture), alpha.astype(numpy.float32), bytes_of(known))


def bytes_of(picture: numpy.ndarray) -> numpy.ndarray:
    """Return a float picture (0..255) as uint8."""
    return numpy.clip(picture, 0, 255).round().astype(numpy.uint8)


def covering(room: numpy.ndarray) -> numpy.ndarray:
    """Return the middle of a photograph, WIDTH x HEIGHT."""
    scale = max(WIDTH / room.shape[1], HEIGHT / room.shape[0])
    size = max(WIDTH, round(room.shape[1] * scale)), max(HEIGHT, round(room.shape[0] * scale))
    large = cv2.resize(room, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)
    top, left = (size[1] - HEIGHT) // 2, (size[0] - WIDTH) // 2
    return large[top : top + HEIGHT, left : left + WIDTH]


def placed(person: Still, random: numpy.random.Generator) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Return colours, float32 [HEIGHT, WIDTH, 3], and alpha of a person who stands on the lower border."""
    rows, columns = numpy.nonzero(person.alpha > 0.5)
    scale = HEIGHT * random.uniform(0.7, 0.9) / (person.alpha.shape[0] - rows.min())
    x = WIDTH * random.uniform(0.35, 0.65) - scale * (columns.min() + columns.max()) / 2
    move = numpy.array([[scale, 0, x], [0, scale, HEIGHT - scale * person.alpha.shape[0]]], numpy.float32)
    size = WIDTH, HEIGHT
    known = spread(person.picture, person.alpha > 0.98)
    colours = cv2.warpAffine(known, move, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    return colours, cv2.warpAffine(person.alpha, move, size, flags=cv2.INTER_LINEAR)


def scalp(alpha: numpy.ndarray, random: numpy.random.Generator) -> list[tuple]:
    """Return (place, direction) of some hundred roots on the upper half of the contour, pointing outwards."""
    contours, _ = cv2.findContours(
        (alpha > 0.5).astype(numpy.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    contour = max(contours, key=cv2.contourArea)[:, 0].astype(float)
    outwards = -numpy.dstack(numpy.gradient(cv2.GaussianBlur(alpha, (0, 0), 12))[::-1])[0:]
    top = contour[:, 1].min()
    upper = [place for place in contour if place[1] < top + 0.3 * (HEIGHT - top)]
    roots = []
    for place in random.permutation(upper)[: int(random.integers(500, 1400))]:
        direction = outwards[int(place[1]), int(place[0])]
        direction = direction / (numpy.linalg.norm(direction) + 1e-6)
        roots.append((numpy.clip(place - 4 * direction, 0, (WIDTH - 1, HEIGHT - 1)), direction))
    return roots


def drawn(roots: list[tuple], random: numpy.random.Generator) -> numpy.ndarray:
    """Return what part of each pixel strands from these roots cover: float32 [HEIGHT, WIDTH]."""
    fine = numpy.zeros((FINER * HEIGHT, FINER * WIDTH), numpy.uint8)
    for place, outwards in roots:
        steps = numpy.linspace(0, 1, 24)[:, None]
        length = random.gamma(2.0, 18.0) + 8
        turn = random.normal(0, 0.6)
        turned = numpy.array([[numpy.cos(turn), -numpy.sin(turn)], [numpy.sin(turn), numpy.cos(turn)]])
        direction = turned @ outwards
        beside = numpy.array([-direction[1], direction[0]])
        curl = (
            random.normal(0, 0.12) * numpy.sin(steps * random.uniform(2, 9))
            + random.normal(0, 0.4) * steps**2
        )
        line = place + length * (
            steps * direction + curl * beside + 0.35 * steps**2 * numpy.array([0.0, 1.0])
        )
        points = numpy.round(line * FINER).astype(numpy.int32)[:, None]
        cv2.polylines(fine, [points], False, 255, int(random.integers(1, 7)))
    return cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(numpy.float32) / 255


if __name__ == "__main__":
    main()
