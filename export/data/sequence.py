# SPDX-License-Identifier: GPL-2.0-or-later
"""Clips made of stills: people and backgrounds that move, composited, then filmed by a bad camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import albumentations
import cv2
import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from ..common.errors import ExportError
from . import camera, holding, moving, rooms

if TYPE_CHECKING:
    from pathlib import Path

    from .stills import Still

#: Shares of the clips: nobody in it, a person who enters or leaves, a second person, and a whole still (the
#: camera moves, person and room stay together: what the person holds, chairs and shadows stay consistent).
NOBODY, PASSING, SECOND, WHOLE = 0.06, 0.12, 0.2, 0.55

#: One entry of a data set: pictures uint8 [T, H, W, 3] RGB; alphas and weights float32 [T, H, W] in 0..1.
Clip: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]
#: Whose picture is cut out.
Person: TypeAlias = "Still | holding.Holding"
#: A clip before it is filmed: pictures float32 [T, H, W, 3] in 0..1; alphas and weights float32 [T, H, W].
Layers: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]

#: Of the composites, the share whose background is cut from a photograph of people (data/rooms.py).
ROOMS = 0.6


@dataclass(frozen=True)
class Shape:
    """The shape of a clip: frames, height and width in pixels."""

    frames: int
    height: int
    width: int


class Clips(Dataset):
    """``count`` clips of ``stills`` over ``backgrounds`` and rooms.

    Each ``epoch`` has other clips; the same seed and epoch give the same clips. An entry is a :data:`Clip`.
    In the share ``busy`` of the clips people are before (and seldom behind) something that ``moves``; in the
    share ``held`` of all of them the first person holds something. Raises ExportError when a file cannot be
    read.
    """

    def __init__(
        self,
        stills: list[Still],
        backgrounds: list[Path],
        shape: Shape,
        count: int,
        seed: int,
        moves: moving.Moving = moving.NOTHING,
        busy: float = 0.0,
        held: float = 0.0,
    ) -> None:
        self.stills, self.backgrounds, self.shape = stills, backgrounds, shape
        self.moves, self.busy, self.held = moves, busy if moves else 0.0, held
        self.rooms = rooms.find(stills)
        self.count, self.seed, self.epoch = count, seed, 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> Clip:
        random = np.random.default_rng([self.seed, self.epoch, number])
        photograph = self.stills[int(random.integers(len(self.stills)))]
        still: Person = photograph
        if self.held and random.random() < self.held:
            still = holding.Holding(photograph, self._thing(random), int(random.integers(2**31)))
        if self.busy and random.random() < self.busy:
            clip, alpha, weight = self._busy(still, random)
        elif random.random() < WHOLE:
            clip, alpha, weight = _filmed_still(still, self.shape, random)
        else:
            clip, alpha, weight = self._composite(still, random)
        clip = camera.film(clip, random)
        return np.rint(clip * 255).astype(np.uint8), alpha, weight

    def _composite(self, still: Person, random: np.random.Generator) -> Layers:
        picture = self._background(random)
        clip = _moved(picture.astype(np.float32) / np.float32(255), self.shape, random, cv2.BORDER_REFLECT)
        if random.random() < 0.3:
            sigma = random.uniform(0.5, 4)  # one for the clip: a lens does not change from frame to frame
            clip = np.stack([cv2.GaussianBlur(frame, (0, 0), sigma) for frame in clip])
        return self._before(clip, still, random)

    def _busy(self, still: Person, random: np.random.Generator) -> Layers:
        """Like :meth:`_composite`, before something that moves."""
        shape = self.shape.frames, self.shape.height, self.shape.width
        chance = random.random()
        videos = moving.VIDEO if self.moves.videos else 0.0
        if chance < videos:
            path = self.moves.videos[int(random.integers(len(self.moves.videos)))]
            clip = moving.video(path, *shape, random)
        elif chance < videos + moving.PANNED * (1 - videos):
            clip = moving.pan(self._background(random), *shape, random)
        else:
            picture = self._background(random).astype(np.float32) / np.float32(255)
            clip = _moved(picture, self.shape, random, cv2.BORDER_REFLECT)
        if random.random() < moving.SCREEN:
            # One in three shows people: on a screen they are a part of the room.
            people = random.random() < 1 / 3
            shown = [
                self.stills[int(random.integers(len(self.stills)))].read(self.shape.width)[0]
                if people
                else self._background(random)
                for _ in range(3)
            ]
            clip = moving.screen(clip, shown, random)
        for _ in range(int(random.integers(1, moving.MOST + 1)) if self.moves.things else 0):
            clip = moving.over(clip, *self._travelling(random))
        if random.random() < 0.3:
            sigma = random.uniform(0.5, 2.5)
            clip = np.stack([cv2.GaussianBlur(frame, (0, 0), sigma) for frame in clip])
        clip, alpha, weight = self._before(clip, still, random)
        # Where people hold things, what is before them is theirs.
        if self.moves.things and not self.held and random.random() < moving.BEFORE:
            colours, covers = self._travelling(random)
            clip, alpha = moving.over(clip, colours, covers), alpha * (1 - covers)
        return clip.astype(np.float32), alpha, weight

    def _thing(self, random: np.random.Generator) -> NDArray[np.float32]:
        """Return something that a hand may hold, float32 [h, w, 4]."""
        chance = random.random()
        if self.moves.things and chance < holding.FOUND:
            return self._found(random)
        picture = self._background(random)
        flat = random.random() < holding.FLAT
        return holding.drawn(picture, random) if flat else moving.cut(picture, random)

    def _found(self, random: np.random.Generator) -> NDArray[np.float32]:
        path = self.moves.things[int(random.integers(len(self.moves.things)))]
        return moving.thing(path, self.shape.width)

    def _travelling(self, random: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        shape = self.shape.frames, self.shape.height, self.shape.width
        if random.random() < moving.CUT:
            layers = moving.cut(self._background(random), random)
        else:
            layers = self._found(random)
        return moving.travel(layers, *shape, random)

    def _before(self, clip: NDArray[np.float32], still: Person, random: np.random.Generator) -> Layers:
        """Return ``clip`` with people before it, their alpha and its weight; at times with nobody."""
        alpha = np.zeros(clip.shape[:3], np.float32)
        weight = np.ones_like(alpha)
        if random.random() < NOBODY:
            return clip, alpha, weight
        people: list[Person] = [still]
        if random.random() < SECOND:
            people.append(self.stills[int(random.integers(len(self.stills)))])
        for person in people:
            passes = random.random() < PASSING
            layers = _person(person, self.shape, random, passes)
            if layers is None:
                continue
            colours, own_alpha, own_weight = layers
            clip = moving.over(clip, colours, own_alpha)
            alpha = own_alpha + (1 - own_alpha) * alpha
            weight = np.minimum(weight, own_weight)
        return clip.astype(np.float32), alpha, weight

    def _background(self, random: np.random.Generator) -> NDArray[np.uint8]:
        """Return a picture without people, uint8 [h, w, 3] RGB."""
        side = round(1.5 * self.shape.width)
        if self.rooms and random.random() < ROOMS:
            return self.rooms[int(random.integers(len(self.rooms)))].read(2 * side)
        path = self.backgrounds[int(random.integers(len(self.backgrounds)))]
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise ExportError(f"{path} is not a picture that can be read; replace or remove it.")
        background: NDArray[np.uint8] = cv2.cvtColor(_at_most(picture, side), cv2.COLOR_BGR2RGB)
        return background


class Stills(Dataset):
    """Single stills as clips of one frame: augmented, or only resized to the shape.

    An entry is a :data:`Clip`. Raises ExportError when a file cannot be read.
    """

    def __init__(self, stills: list[Still], shape: Shape, augmented: bool, seed: int) -> None:
        self.stills, self.shape, self.seed, self.epoch = stills, shape, seed, 0
        self.augmented = augmented

    def __len__(self) -> int:
        return len(self.stills)

    def __getitem__(self, number: int) -> Clip:
        picture, alpha, weight = self.stills[number].read(640)
        size = self.shape.width, self.shape.height
        if self.augmented:
            chain = augmentation(self.shape)
            chain.set_random_seed(int(np.random.default_rng([self.seed, self.epoch, number]).integers(2**31)))
            done = chain(image=picture, masks=[alpha, weight])
            picture, (alpha, weight) = done["image"], done["masks"]
        else:
            picture, alpha, weight = (
                cv2.resize(entry, size, interpolation=cv2.INTER_AREA) for entry in (picture, alpha, weight)
            )
        return picture[None], np.clip(alpha, 0, 1)[None], weight[None]


def augmentation(shape: Shape) -> albumentations.Compose:
    """Return the augmentation of stills: where the person is, how it is lit, how it is filmed."""
    return albumentations.Compose(
        [
            albumentations.HorizontalFlip(p=0.5),
            albumentations.Affine(
                scale=(0.7, 1.4), translate_percent=(-0.15, 0.15), rotate=(-10, 10), p=0.8,
                border_mode=cv2.BORDER_REFLECT_101,
            ),
            albumentations.RandomResizedCrop(
                (shape.height, shape.width), scale=(0.5, 1.0), ratio=(0.8, 2.2), p=1.0
            ),
            albumentations.RandomBrightnessContrast(0.35, 0.3, p=0.7),
            albumentations.HueSaturationValue(12, 30, 15, p=0.5),
            albumentations.RandomGamma(gamma_limit=(60, 160), p=0.3),
            albumentations.OneOf([albumentations.GaussianBlur((3, 5)), albumentations.MotionBlur((3, 7))],
            p=0.2),
            albumentations.GaussNoise(std_range=(0.01, 0.06), p=0.4),
            albumentations.ImageCompression(quality_range=(30, 95), p=0.4),
        ]
    )  # fmt: skip


def _filmed_still(still: Person, shape: Shape, random: np.random.Generator) -> Layers:
    """Return a clip of a whole still under a moving camera."""
    picture, alpha, weight = still.read(round(1.5 * shape.width))
    layers = np.dstack([picture.astype(np.float32) / 255, alpha, weight])
    moved = _moved(layers, shape, random, cv2.BORDER_REFLECT_101)
    return np.ascontiguousarray(moved[..., :3]), np.clip(moved[..., 3], 0, 1), np.clip(moved[..., 4], 0, 1)


def _person(still: Person, shape: Shape, random: np.random.Generator, passes: bool) -> Layers | None:
    """Return a moving person cut from ``still`` (``passes``: enters or leaves); None if nobody is in it."""
    picture, alpha, weight = still.read(round(1.5 * shape.width))
    if not (alpha > 0.5).any():
        return None
    # Beyond a photo's edge a person would be cut off: its edges with people in them stay at the frame's.
    layers = np.dstack([picture.astype(np.float32) / 255, alpha, weight])
    height, width = alpha.shape
    # At a desk only the upper body is in view, whatever the photo holds.
    near = random.random() < 0.6
    tall = shape.height * (random.uniform(1.2, 2.6) if near else random.uniform(0.6, 1.15))
    scale = tall / height
    path = _path(shape, random, 0.05)
    below_head = (height - int(np.argmax((alpha > 0.5).any(1)))) * scale
    foot_at = max(shape.height, random.uniform(0.02, 0.25) * shape.height + below_head)
    start = random.uniform(0.25, 0.75) * shape.width
    across = path[:, 0] * shape.width
    if passes:
        far = (shape.width + width * scale) * random.choice([-1, 1])
        across = across + far * np.clip(
            random.uniform(-0.3, 0.3) + np.linspace(0, 1, shape.frames)[:: random.choice([-1, 1])], 0, 1
        )
    flips = -1 if random.random() < 0.5 else 1
    blur = random.random() < 0.35
    frames: list[NDArray[np.float32]] = []
    for number in range(shape.frames):
        matrix = _placed(
            (height, width),
            scale * path[number, 2],
            path[number, 3],
            flips,
            (start + across[number], foot_at + max(0.0, path[number, 1] * shape.height)),
        )
        warped = cv2.warpAffine(
            layers,
            matrix,
            (shape.width, shape.height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )
        if blur and number:
            warped = _blurred(warped, int(min(15, abs(across[number] - across[number - 1]))))
        # Outside of the photo there is no person, and that is sure.
        inside = cv2.warpAffine(
            np.ones_like(alpha), matrix, (shape.width, shape.height), borderMode=cv2.BORDER_CONSTANT
        )
        warped[..., 4] = np.where(inside > 0.999, warped[..., 4], 1)
        frames.append(warped)
    clip = np.stack(frames)
    return clip[..., :3], np.clip(clip[..., 3], 0, 1), np.clip(clip[..., 4], 0, 1)


def _placed(
    photo: tuple[int, int], size: float, angle: float, flips: int, foot: tuple[float, float]
) -> NDArray[np.float32]:
    """Return the 2x3 matrix that scales, turns and flips a photo of ``photo`` = (height, width) pixels.

    The middle of its lower edge comes to ``foot`` = (x, y) in pixels of the frame.
    """
    height, width = photo
    cos, sin = size * np.cos(angle), size * np.sin(angle)
    matrix = np.array([[flips * cos, -sin, 0], [flips * sin, cos, 0]], np.float32)
    before = matrix[:, :2] @ np.array([width / 2, height], np.float32)
    matrix[:, 2] = (foot[0] - before[0], foot[1] - before[1])
    return matrix


def _blurred(layers: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """Return RGB, alpha and weight (float32 [H, W, 5]) with motion blur ``step`` pixels wide."""
    if step > 1:
        # Premultiplied, or the blur would drag the old room's colours over the edge.
        layers[..., :3] *= layers[..., 3:4]
        layers = cv2.blur(layers, (step, 1))
        layers[..., :3] /= np.maximum(layers[..., 3:4], 1e-3)
    return layers


def _moved(
    layers: NDArray[np.float32], shape: Shape, random: np.random.Generator, border: int
) -> NDArray[np.float32]:
    """Return [T, H, W, C]: a camera's view of ``layers`` (float32 [h, w, C]) that pans, zooms and shakes."""
    height, width = layers.shape[:2]
    # The view covers this share of the picture, its aspect squeezed a little as a person's screen may.
    cover = random.uniform(0.6, 1.0) if random.random() < 0.7 else 1.0
    fit = max(shape.width / width, shape.height / height) / cover
    if random.random() < 0.4:
        squeeze = np.array([shape.width / width, shape.height / height]) / cover
    else:
        squeeze = np.array([fit, fit])
    slack = np.maximum(np.array([width, height]) * squeeze - (shape.width, shape.height), 0) / 2
    middle = random.uniform(-1, 1, 2) * slack
    path = _path(shape, random, 0.04)
    flips = -1 if random.random() < 0.5 else 1
    frames = []
    for number in range(shape.frames):
        zoom, angle = path[number, 2], path[number, 3]
        cos, sin = np.cos(angle) * zoom, np.sin(angle) * zoom
        matrix = np.array(
            [
                [flips * cos * squeeze[0], -sin * squeeze[1], 0],
                [flips * sin * squeeze[0], cos * squeeze[1], 0],
            ]
        )
        target = np.array([shape.width, shape.height]) * (0.5 + path[number, :2]) + middle
        matrix[:, 2] = target - matrix[:, :2] @ np.array([width / 2, height / 2])
        frames.append(
            cv2.warpAffine(
                layers, matrix, (shape.width, shape.height), flags=cv2.INTER_LINEAR, borderMode=border
            )
        )
    return np.stack(frames)


def _path(shape: Shape, random: np.random.Generator, reach: float) -> NDArray[np.float64]:
    """Return float [T, 4]: x and y in shares of the frame, zoom about 1, angle in radians.

    The path is smooth; one in four stands still.
    """
    if random.random() < 0.25:
        return np.tile([0.0, 0.0, 1.0, 0.0], (shape.frames, 1))
    steps = random.normal(0, 1, (shape.frames + 8, 4))
    kernel = np.hanning(9)
    smooth = np.stack([np.convolve(steps[:, axis], kernel / kernel.sum(), "valid") for axis in range(4)], 1)
    speed = random.exponential(1.0)
    walk = np.cumsum(smooth, 0)[: shape.frames] * speed
    walk = walk - walk[0]
    return np.stack(
        [
            np.clip(walk[:, 0] * reach, -0.4, 0.4),
            np.clip(walk[:, 1] * reach, -0.2, 0.2),
            np.exp(np.clip(walk[:, 2] * 0.03, -0.3, 0.3)),
            np.clip(walk[:, 3] * 0.03, -0.2, 0.2),
        ],
        1,
    )


def _at_most(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return ``picture``, made smaller if its longer side has more than ``side`` pixels."""
    scale = side / max(picture.shape[:2])
    if scale >= 1:
        return picture
    smaller: NDArray[np.uint8] = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return smaller
