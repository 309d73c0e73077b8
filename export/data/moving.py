# SPDX-License-Identifier: GPL-2.0-or-later
"""What moves and is nobody: things that travel, pictures that are panned, videos, screens that flicker.

A network that learns from people over still rooms alone takes for a person what moves behind one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..common.errors import ExportError
from ..common.tree import below

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

#: Endings of what OpenCV may read as a video.
VIDEOS = (".avi", ".mkv", ".mov", ".mp4", ".ogv", ".webm")
#: Of the backgrounds of busy clips, those that are videos (if there are any) and those that are panned.
VIDEO, PANNED = 0.3, 0.5
#: Of the busy clips, those with a screen behind the person, and with a thing before the person.
SCREEN, BEFORE = 0.15, 0.12
#: The most things behind a person.
MOST = 4
#: Of the things, those that are cut out of a background: any shape, any surface.
CUT = 0.35


@dataclass(frozen=True)
class Moving:
    """Files of ``things`` (cut-outs: pictures with an alpha) and of ``videos``, in which nobody is."""

    things: tuple[Path, ...] = ()
    videos: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.things or self.videos)

    def split(self, every: int, learning: bool) -> Moving:
        """Return those to learn from, or those held out: one of ``every``."""
        pick = [
            tuple(entry for number, entry in enumerate(found) if (number % every > 0) == learning)
            for found in (self.things, self.videos)
        ]
        return Moving(*pick)


#: No things and no videos.
NOTHING = Moving()


def find(things: Sequence[Path], videos: Sequence[Path]) -> Moving:
    """Return what is in these directories, in a fixed order; raise ExportError if one has none."""
    return Moving(_files(things, (".png", ".webp"), "cut-outs"), _files(videos, VIDEOS, "videos"))


def _files(directories: Sequence[Path], endings: tuple[str, ...], what: str) -> tuple[Path, ...]:
    found: list[Path] = []
    for directory in directories:
        here = sorted(path for path in below(directory) if path.suffix.lower() in endings)
        if not here:
            raise ExportError(f"There are no {what} in {directory}; name a directory of them.")
        found += here
    return tuple(found)


def thing(path: Path, side: int) -> NDArray[np.float32]:
    """Return a cut-out, float32 [h, w, 4] RGBA in 0..1, its longer side at most ``side`` pixels.

    Raises ExportError if it cannot be read, or has no alpha.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.shape[2] != 4 or picture.dtype != np.uint8:
        raise ExportError(f"{path} is not a picture with an alpha that can be read; replace or remove it.")
    values: NDArray[np.float32] = picture.astype(np.float32)[..., [2, 1, 0, 3]] / 255
    scale = min(1.0, side / max(values.shape[:2]))
    if scale == 1:
        return values
    # What is invisible has any colour: it must not mix into what is seen.
    values[..., :3] *= values[..., 3:]
    size = [max(1, round(length * scale)) for length in (values.shape[1], values.shape[0])]
    values = np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
    values[..., :3] /= np.maximum(values[..., 3:], 1e-3)
    return np.clip(values, 0, 1)


def cut(picture: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.float32]:
    """Return a piece of ``picture`` (uint8 [H, W, 3] RGB) of a random round or cornered shape, as a thing."""
    height, width = picture.shape[:2]
    tall, wide = (max(8, int(length * random.uniform(0.2, 0.6))) for length in (height, width))
    top, left = (int(random.integers(0, max(1, most - size))) for most, size in
                 ((height, tall), (width, wide)))  # fmt: skip
    piece = picture[top : top + tall, left : left + wide]
    corners = int(random.integers(3, 12))
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    reach = random.uniform(0.5, 1.0, corners)
    points = 0.5 + 0.5 * np.stack([reach * np.cos(angles), reach * np.sin(angles)], 1)
    shape = np.zeros(piece.shape[:2], np.float32)
    cv2.fillPoly(shape, [np.rint(points * (piece.shape[1], piece.shape[0])).astype(np.int32)], 1)
    if random.random() < 0.5:
        shape = cv2.GaussianBlur(shape, (0, 0), 0.06 * min(shape.shape) + 0.5)
        shape = np.clip((shape - 0.5) * 8 + 0.5, 0, 1)  # round where it was cornered
    return np.dstack([piece.astype(np.float32) / 255, shape])


def travel(
    layers: NDArray[np.float32],
    frames: int,
    height: int,
    width: int,
    random: np.random.Generator,
    moment: float = 0.5,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a thing (float32 [h, w, 4]) on its way: colours [T, H, W, 3] and alphas [T, H, W], float32.

    It goes across, nears or leaves, turns and sways; one in six stands still. Fast ones are blurred. At the
    ``moment``, a share of the clip, it is somewhere in view.
    """
    tall = height * np.exp(random.uniform(np.log(0.12), np.log(0.95)))
    scale = min(tall / layers.shape[0], 1.2 * width / layers.shape[1])
    still = random.random() < 1 / 6
    speed = 0 if still else random.choice([-1, 1]) * min(0.12, random.exponential(0.02)) * width
    x = random.uniform(0, width) + speed * (np.arange(frames) - frames * moment)
    sway = 0 if still else random.exponential(0.01) * height
    phase = random.uniform(0, 2 * np.pi) + random.uniform(0.1, 1.0) * np.arange(frames)
    y = random.uniform(0.25, 0.95) * height + sway * np.sin(phase)
    zoom = 1.0 if still else np.exp(np.arange(frames) * random.normal(0, 0.008))
    turn = random.normal(0, 0.15) + (0 if still else random.normal(0, 0.02)) * np.arange(frames)
    flips = random.choice([-1, 1])
    light = np.float32(random.uniform(0.6, 1.15))
    middle = np.array([layers.shape[1] / 2, layers.shape[0] / 2])
    premultiplied = layers.copy()
    premultiplied[..., :3] *= layers[..., 3:] * light
    blur = int(min(15, abs(speed))) if random.random() < 0.5 else 0
    done = np.empty((frames, height, width, 4), np.float32)
    for number in range(frames):
        size = scale * np.broadcast_to(zoom, frames)[number]
        cos, sin = size * np.cos(turn[number]), size * np.sin(turn[number])
        matrix = np.array([[flips * cos, -sin, 0], [flips * sin, cos, 0]])
        matrix[:, 2] = np.array([x[number], y[number]]) - matrix[:, :2] @ middle
        done[number] = cv2.warpAffine(
            premultiplied, matrix, (width, height), flags=cv2.INTER_AREA if size < 0.5 else cv2.INTER_LINEAR
        )
        if blur > 1:
            done[number] = cv2.blur(done[number], (blur, 1))
    colours = done[..., :3] / np.maximum(done[..., 3:], 1e-3)
    return np.clip(colours, 0, 1), np.clip(done[..., 3], 0, 1)


def over(
    clip: NDArray[np.float32], colours: NDArray[np.float32], alphas: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return ``colours`` (float32 [T, H, W, 3]) with ``alphas`` [T, H, W] laid over ``clip``."""
    mixed: NDArray[np.float32] = alphas[..., None] * colours + (1 - alphas[..., None]) * clip
    return mixed


def pan(
    picture: NDArray[np.uint8], frames: int, height: int, width: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Return a view that wanders over ``picture`` (uint8 [h, w, 3]) in a straight line: float32 [T, H, W, 3].

    As from a train, or as a camera that follows someone.
    """
    cover = random.uniform(0.35, 0.8)
    fit = max(width / picture.shape[1], height / picture.shape[0]) / cover
    size = [max(length, round(fit * own)) for length, own in
            ((width, picture.shape[1]), (height, picture.shape[0]))]  # fmt: skip
    large = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if fit < 1 else cv2.INTER_LINEAR)
    slack = np.array(size) - (width, height)
    start = random.uniform(0, 1, 2) * slack
    step = random.normal(0, [0.03, 0.008]) * (width, height)
    line = start + step * np.arange(frames)[:, None]
    # At the end of the picture it turns back.
    line = slack - np.abs(np.mod(line, 2 * np.maximum(slack, 1)) - slack)
    views: NDArray[np.float32] = np.stack([
        cv2.getRectSubPix(large, (width, height), (float(x) + (width - 1) / 2, float(y) + (height - 1) / 2))
        for x, y in np.clip(line, 0, slack)
    ]).astype(np.float32) / np.float32(255)  # fmt: skip
    return views


def video(
    path: Path, frames: int, height: int, width: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """Return a part of a video, its frames cut to the shape: float32 [T, H, W, 3] RGB in 0..1.

    Raises ExportError if it cannot be read. One that is too short stands still at its end.
    """
    reader = cv2.VideoCapture(str(path))
    count = int(reader.get(cv2.CAP_PROP_FRAME_COUNT))
    reader.set(cv2.CAP_PROP_POS_FRAMES, int(random.integers(max(1, count - frames + 1))))
    seen: list[NDArray[np.uint8]] = []
    while len(seen) < frames:
        there, frame = reader.read()
        if not there:
            break
        seen.append(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8))
    reader.release()
    if not seen:
        raise ExportError(f"{path} is not a video that can be read; replace or remove it.")
    seen += [seen[-1]] * (frames - len(seen))
    tall, wide = seen[0].shape[:2]
    scale = max(width / wide, height / tall) * random.uniform(1.0, 1.6)
    size = max(width, round(wide * scale)), max(height, round(tall * scale))
    left, top = (int(random.integers(most + 1)) for most in (size[0] - width, size[1] - height))
    flips = random.choice([-1, 1])
    clip = np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in seen])
    clip = clip[:, top : top + height, left : left + width][:, :, ::flips]
    scaled: NDArray[np.float32] = clip.astype(np.float32) / np.float32(255)
    return scaled


def screen(
    clip: NDArray[np.float32], pictures: list[NDArray[np.uint8]], random: np.random.Generator
) -> NDArray[np.float32]:
    """Return ``clip`` (float32 [T, H, W, 3]) with a screen that shows one of ``pictures`` after another.

    pictures: uint8 [h, w, 3] RGB. It glows, and flickers a little; a dark frame is about it.
    """
    height, width = clip.shape[1:3]
    wide = int(width * random.uniform(0.2, 0.6))
    tall = max(4, min(int(wide * random.uniform(0.5, 0.8)), height - 4))
    left, top = int(random.integers(width - wide)), int(random.integers(max(1, (height - tall) // 2)))
    edge = max(1, wide // 40)
    shown = [cv2.resize(entry, (wide, tall), interpolation=cv2.INTER_AREA) for entry in pictures]
    every, begin = int(random.integers(2, 12)), int(random.integers(12))
    glow, flicker = random.uniform(0.7, 1.3), random.exponential(0.05)
    clip = clip.copy()
    for number, frame in enumerate(clip):
        now = shown[(begin + number) // every % len(shown)].astype(np.float32) / 255
        frame[max(0, top - edge) : top + tall + edge, max(0, left - edge) : left + wide + edge] = 0.05
        frame[top : top + tall, left : left + wide] = np.clip(now * (glow + random.normal(0, flicker)), 0, 1)
    return clip
