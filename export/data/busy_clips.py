# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export.data.busy_clips``: clips to measure on, of people before what moves.

The people are cut out of clips whose alpha is known (com.mp4 and pha.mkv), and so move as people do. A clip
is a*F + (1-a)*B with their alpha a; F is the clip's colour where nothing shines through, and beside that the
nearest such colour. What moves behind: see :mod:`.moving`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..common.errors import ExportError, exit_code
from ..common.progress import say
from ..evaluate import clips
from . import moving, stills

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Size, length and frames a second of what is made.
HEIGHT, WIDTH, FRAMES, RATE = 360, 640, 48, 30
#: Things that pass in one clip, and the deviation of the noise that is laid over all, of 255.
THINGS, NOISE = 7, 1.5


def make(
    people: list[Path], backgrounds: list[Path], moves: moving.Moving, into: Path, count: int, seed: int
) -> None:
    """Write ``count`` clips below ``into``, each a folder of com.mp4 and pha.mkv (FFV1, without loss).

    people: clip folders, taken in turn; backgrounds: pictures. In turn, too, things pass before a view that
    is panned, before one that stands still, and a video runs (if there are any; half of them with things).
    Raises ExportError if something cannot be read or written.
    """
    kinds = ["pan", "still", *(["video"] if moves.videos else [])]
    for number in range(count):
        random = np.random.default_rng([seed, number])
        kind, person = kinds[number % len(kinds)], people[number % len(people)]
        colours, alpha = _person(person)
        shape = len(alpha), HEIGHT, WIDTH
        if kind == "video":
            path = moves.videos[int(random.integers(len(moves.videos)))]
            clip = moving.video(path, *shape, random)
        else:
            picture = _picture(backgrounds, random)
            view = moving.pan(picture, *shape, random)
            clip = view if kind == "pan" else np.repeat(view[:1], len(alpha), 0)
        if moves.things and (kind != "video" or random.random() < 0.5):
            for _ in range(THINGS):
                path = moves.things[int(random.integers(len(moves.things)))]
                layers = moving.thing(path, WIDTH)
                passing = moving.travel(layers, *shape, random, random.random())
                clip = moving.over(clip, *passing)
        clip = moving.over(clip, colours, alpha)
        clip += random.normal(0, NOISE / 255, clip.shape).astype(np.float32)
        _write(into / f"{number:02}_{kind}_{person.name}", clip, alpha)
    say(f"{into}: {count} clips.")


def _person(folder: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the colours float32 [T, H, W, 3] RGB and alpha [T, H, W] of a clip's person."""
    colours, alphas = [], []
    for picture, alpha in clips.read(folder):
        picture, alpha = (
            cv2.resize(entry, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for entry in (picture, alpha)
        )
        colours.append(_spread(picture[..., ::-1].astype(np.float32) / 255, alpha))
        alphas.append(np.rint(alpha * 255).astype(np.float32) / 255)
        if len(alphas) == FRAMES:
            break
    return np.stack(colours), np.stack(alphas)


def _spread(picture: NDArray[np.float32], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``picture`` with the colours of what hides all behind it laid over what is around it."""
    sure = (cv2.erode(alpha, np.ones((3, 3))) > 0.98).astype(np.float32)
    done: NDArray[np.float32] = picture * sure[..., None]
    known = sure.copy()
    for reach in (3, 9, 27, 81):
        near = cv2.blur(sure, (reach, reach))
        colours = cv2.blur(picture * sure[..., None], (reach, reach)) / np.maximum(near, 1e-6)[..., None]
        fresh = (near > 1e-3) & (known == 0)
        done[fresh], known[fresh] = colours[fresh], 1
    return done


def _picture(backgrounds: list[Path], random: np.random.Generator) -> NDArray[np.uint8]:
    path = backgrounds[int(random.integers(len(backgrounds)))]
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ExportError(f"{path} is not a picture that can be read; replace or remove it.")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def _write(folder: Path, clip: NDArray[np.float32], alpha: NDArray[np.float32]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    frames = np.rint(np.clip(clip[..., ::-1], 0, 1) * 255).astype(np.uint8)
    planes = np.rint(alpha * 255).astype(np.uint8)
    for name, values in (("com.mp4", frames), ("pha.mkv", planes)):
        code, size = cv2.VideoWriter.fourcc(*"FFV1"), (WIDTH, HEIGHT)
        writer = cv2.VideoWriter(str(folder / name), code, RATE, size, values.ndim == 4)
        if not writer.isOpened():
            raise ExportError(f"{folder / name} cannot be written; OpenCV here cannot code FFV1.")
        for frame in values:
            writer.write(np.ascontiguousarray(frame))
        writer.release()


def main(arguments: list[str]) -> int:
    """Make the clips; return an exit code."""
    parser = argparse.ArgumentParser(prog="python -m export.data.busy_clips", description=__doc__)
    parser.add_argument("--people", type=Path, nargs="+", required=True, help="folders of such clips")
    parser.add_argument("--backgrounds", type=Path, nargs="+", required=True, help="folders of pictures")
    parser.add_argument("--things", type=Path, nargs="*", default=[], help="folders of cut-outs")
    parser.add_argument("--videos", type=Path, nargs="*", default=[], help="folders of videos without people")
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--count", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    return exit_code(lambda: _make(options))


def _make(options: argparse.Namespace) -> None:
    people = [clip for directory in options.people for clip in clips.find(directory)]
    backgrounds = stills.pictures(options.backgrounds)
    moves = moving.find(options.things, options.videos)
    make(people, backgrounds, moves, options.into, options.count, options.seed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
