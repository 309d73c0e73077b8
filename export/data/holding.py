# SPDX-License-Identifier: GPL-2.0-or-later
"""People of photographs who hold something: what is at the body belongs to the person.

Labels of photographs say that for few things, and a network that learned that whatever passes behind
people is room cuts off the cup in a hand, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .stills import Still

#: The longer side of what is held, as a part of the height of what is seen of the person.
LEAST, MOST = 0.1, 0.55
#: Of what is held, the share that are cut-outs (if there are any); of the rest, the share that is drawn
#: here: flat things. The others are pieces of pictures.
FOUND, FLAT = 0.6, 0.7
#: Of what is held, how much is before the body rather than at its contour.
BEFORE = 0.3
#: How often a part of it is behind the person's own fingers or arm.
COVERED = 0.5
#: Nobody holds a thing who fills less than this part of the picture.
ENOUGH = 0.02


def drawn(picture: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.float32]:
    """Return a flat thing with corners (a phone, a book, a card, a sheet), float32 [h, w, 4] RGBA in 0..1.

    ``picture`` (uint8 [H, W, 3] RGB): a part of it may be printed on the thing.
    """
    tall = 160
    wide = int(tall * random.uniform(0.4, 1.0))
    colour = random.uniform(0, 1, 3) if random.random() < 0.5 else np.full(3, random.choice([0.04, 0.95]))
    done = np.empty((tall, wide, 4), np.float32)
    done[..., :3] = colour
    rim = int(random.integers(0, 14))
    if random.random() < 0.6:
        height, width = picture.shape[:2]
        top, left = (int(random.integers(max(1, length // 2))) for length in (height, width))
        part = picture[top : top + max(2, height // 2), left : left + max(2, width // 2)]
        inside = wide - 2 * rim, tall - 2 * rim
        printed = cv2.resize(part, inside, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        done[rim : tall - rim, rim : wide - rim, :3] = printed
    # Light falls on it from one side.
    slope = np.linspace(random.uniform(0.7, 1), random.uniform(0.7, 1), wide, dtype=np.float32)
    done[..., :3] *= slope[None, :, None]
    radius = int(random.integers(1, 24))
    shape = np.zeros((tall, wide), np.float32)
    cv2.rectangle(shape, (radius, radius), (wide - 1 - radius, tall - 1 - radius), 1.0, cv2.FILLED)
    round_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    done[..., 3] = cv2.dilate(shape, round_)
    return done


@dataclass(frozen=True)
class Holding:
    """A still whose person holds ``thing`` (float32 [h, w, 4] RGBA in 0..1); the same for the same seed.

    Where there is no place for it, the still is as it was.
    """

    still: Still
    thing: NDArray[np.float32]
    seed: int

    def read(self, side: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
        """Like :meth:`Still.read`; the alpha takes in what is held."""
        picture, alpha, weight = self.still.read(side)
        random = np.random.default_rng(self.seed)
        person = alpha > 0.5
        if person.mean() < ENOUGH:
            return picture, alpha, weight
        rows = np.flatnonzero(person.any(axis=1))
        length = (rows[-1] - rows[0]) * np.exp(random.uniform(np.log(LEAST), np.log(MOST)))
        place = _place(person, int(rows[0]), int(rows[-1]), random)
        if place is None or length < 4:
            return picture, alpha, weight
        laid = _laid(self.thing, length, place, person.shape, random)
        if random.random() < COVERED:
            laid *= 1 - _covered(person, place, length, random)[..., None]
        light = random.uniform(0.6, 1.15)
        cover = laid[..., 3:]
        mixed = np.clip(laid[..., :3] * light, 0, cover) * 255 + picture * (1 - cover)
        sure = np.where(laid[..., 3] > 0.5, np.float32(1), weight)
        joined = laid[..., 3] + alpha * (1 - laid[..., 3])
        return np.rint(mixed).astype(np.uint8), np.clip(joined, 0, 1).astype(np.float32), sure


def contour(person: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which pixels of a person (bool [H, W]) have others beside them; the picture's border is none."""
    inner = cv2.erode(person.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) > 0
    return np.asarray(person & ~inner)


def _place(
    person: NDArray[np.bool_], top: int, bottom: int, random: np.random.Generator
) -> tuple[int, int] | None:
    """Return (x, y) of the thing's middle: on the contour below the face, or before the body."""
    height = bottom - top
    where = person
    if random.random() >= BEFORE:
        where = contour(person)
    places = np.argwhere(where)
    # Now and then at the face, as a cup, a phone or a microphone.
    least = top + height * (0.1 if random.random() < 0.2 else 0.3)
    places = places[places[:, 0] > least]
    if not len(places):
        return None
    y, x = random.choice(places).tolist()
    return x, y


def _laid(
    thing: NDArray[np.float32],
    length: float,
    place: tuple[int, int],
    size: tuple[int, ...],
    random: np.random.Generator,
) -> NDArray[np.float32]:
    """Return the thing turned and at its place: float32 [H, W, 4], colours multiplied by the alpha."""
    premultiplied = thing.copy()
    premultiplied[..., :3] *= thing[..., 3:]
    scale = length / max(thing.shape[:2])
    if scale < 1:
        small = [max(1, round(side * scale)) for side in (thing.shape[1], thing.shape[0])]
        premultiplied = np.asarray(cv2.resize(premultiplied, small, interpolation=cv2.INTER_AREA), np.float32)
        scale = 1.0
    angle, flips = random.normal(0, 0.4), random.choice([-1, 1])
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.array([[flips * cos, -sin, 0], [flips * sin, cos, 0]])
    shift = random.uniform(-0.35, 0.35, 2) * length
    middle = np.array([premultiplied.shape[1], premultiplied.shape[0]]) / 2
    matrix[:, 2] = np.array(place) + shift - matrix[:, :2] @ middle
    laid = cv2.warpAffine(premultiplied, matrix, (size[1], size[0]), flags=cv2.INTER_LINEAR)
    return np.clip(np.asarray(laid, np.float32), 0, 1)


def _covered(
    person: NDArray[np.bool_], place: tuple[int, int], length: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Return where the person's own fingers or arm are before the thing, float32 [H, W] in 0..1."""
    strokes = np.zeros(person.shape, np.uint8)
    x, y = np.array(place) + random.uniform(-0.3, 0.3, 2) * length
    wide = max(1, int(length * random.uniform(0.06, 0.2)))
    angle = random.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)])
    for number in range(int(random.integers(1, 5))):
        middle = np.array([x, y]) + number * 1.3 * wide * np.array([-along[1], along[0]])
        ends = [np.rint(middle + way * 0.4 * length * along).astype(int).tolist() for way in (-1, 1)]
        cv2.line(strokes, tuple(ends[0]), tuple(ends[1]), 255, wide, cv2.LINE_AA)
    covered: NDArray[np.float32] = (strokes * person).astype(np.float32) / np.float32(255)
    return covered
