# SPDX-License-Identifier: GPL-2.0-or-later
"""Whom "Keep: the person in front" keeps, in clips whose answer is known.

    python -m export.studies.front --clips DIR [--model MODEL] [--frames FILE.csv] [--sheet FILE.jpg]

The clips are made of people cut out of the clips in DIR: one in front, and others who walk behind, leave,
come near or hang on the wall. Without a model the alpha of all people is the exact one; with a model it is
what the network makes of the picture. For each event it prints the share of all pixels (%) that are wrong:
those that are shown and should not be, and those that should be and are not. FILE.csv has each frame's.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import cv2
import numpy as np

from obs_bgremove.link.layout import ALL
from obs_bgremove.worker.people.front import Front

from ..common import scale
from ..common.errors import ExportError
from ..evaluate import clips
from ..graph.runner import Runner
from ..shelf.locate import locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..common.arrays import Bytes, Floats

FPS = 30
#: Height and width of the pictures, and of alphas that no network makes.
PICTURE, ALPHA = (360, 640), (208, 336)
#: Seconds after an event from which on what is kept has to be right.
GRACE = 2.0


class Place(NamedTuple):
    """Where somebody is: height as a share of the picture's, middle and lower end as shares of its sides."""

    height: float
    middle: float
    bottom: float


class Role(NamedTuple):
    """Somebody in a scene; ``place`` (None: not there) and ``kept`` by the second."""

    cast: str
    place: Callable[[float], Place | None]
    kept: Callable[[float], bool]


class Scene(NamedTuple):
    """``roles`` from the back to the front; ``events``: what happens, and by which second it has happened."""

    name: str
    seconds: float
    events: list[tuple[str, float]]
    roles: list[Role]


def _between(now: float, start: float, end: float, first: float, last: float) -> float:
    """Return a number that goes from ``first`` to ``last`` between two moments."""
    return first + (last - first) * min(max((now - start) / (end - start), 0.0), 1.0)


def _walks(
    start: float, end: float, first: float, last: float, height: float = 0.75, bottom: float = 0.95
) -> Callable[[float], Place | None]:
    def place(now: float) -> Place | None:
        return Place(height, _between(now, start, end, first, last), bottom) if now >= start else None

    return place


def _stands(middle: float, height: float = 0.85, bottom: float = 1.02) -> Callable[[float], Place | None]:
    return lambda _now: Place(height, middle, bottom)


def _always(_now: float) -> bool:
    return True


def _never(_now: float) -> bool:
    return False


def scenes() -> list[Scene]:
    """Return the scenes."""
    front = Role("front", _stands(0.5), _always)

    def goes(now: float) -> Place | None:
        return Place(0.85, 0.45 + _between(now, 3, 5, 0, 1) - _between(now, 8, 10, 0, 1), 1.02)

    def nears(now: float) -> Place | None:
        if now < 2:
            return None
        return Place(_between(now, 2, 5, 0.25, 0.5), _between(now, 2, 5, 0.95, 0.7), 0.98)

    def beside(now: float) -> Place | None:
        return Place(0.85, _between(now, 2, 4, 1.2, 0.82), 1.02) if now >= 2 else None

    def sways(now: float) -> Place | None:
        return Place(0.85, 0.5 - 0.14 * np.sin(1.2 * max(now - 2, 0.0)), 1.02)

    return [
        Scene("crosses behind", 9, [("has passed", 6.0)],
              [Role("other", _walks(2, 6, -0.15, 1.15), _never), front]),
        Scene("crosses behind, slowly", 13, [("has passed", 10.0)],
              [Role("other", _walks(2, 10, -0.15, 1.15), _never), front]),
        Scene("comes out where they went in", 10, [("is out again", 7.0)],
              [Role("other", lambda now: Place(0.75, _between(now, 2, 4, -0.15, 0.5)
                                               - _between(now, 5, 7, 0, 0.65), 0.95), _never), front]),
        Scene("another leaves", 8, [("has left", 5.0)],
              [Role("other", lambda now: Place(0.75, _between(now, 3, 5, 0.87, 1.25), 0.95), _never), front]),
        Scene("the one in front leaves", 14, [("has left", 5.0), ("is back", 10.0)],
              [Role("other", _stands(0.85, 0.5, 0.9), _never), Role("front", goes, _always)]),
        Scene("a child comes near from behind", 9, [("is beside them", 5.0)],
              [Role("child", nears, _never), front]),
        Scene("a child looks out from behind", 9, [("looks out", 4.0)],
              [Role("child", lambda now: Place(0.5, _between(now, 3, 4, 0.5, 0.64), 1.0), _never), front]),
        Scene("a poster of a face", 10, [("they sway before it", 3.0)],
              [Role("face", _stands(0.22, 0.35, 0.45), _never), Role("front", sways, _always)]),
        Scene("a television", 10, [("they sway before it", 3.0)],
              [Role("small", _stands(0.24, 0.4, 0.6), _never), Role("front", sways, _always)]),
        Scene("comes as near, and stays", 9, [("is there", 4.0 + 2.0)],
              [Role("front2", beside, lambda now: now >= 5), front]),
        Scene("crosses between them and the camera", 8, [("has passed", 4.5)],
              [front, Role("front2", _walks(2.5, 4.5, -0.4, 1.4, 0.95, 1.1), _never)]),
    ]  # fmt: skip


@dataclass
class Person:
    """Somebody cut out: uint8 [H, W, 4] BGRA, premultiplied, for each frame, played forth and back."""

    frames: list[Bytes]

    def at(self, now: float) -> Bytes:
        """Return the frame of a second."""
        count = len(self.frames)
        # At half the speed: in the clips at hand they dance.
        number = int(now * FPS / 2) % (2 * count - 2)
        return self.frames[min(number, 2 * count - 2 - number)]


def cast(directory: Path) -> dict[str, Person]:
    """Return the people of the clips in a directory, by the roles that they play."""
    found = [_person(clip) for clip in clips.find(directory)]
    if len(found) < 4:
        raise ExportError(f"{directory} has {len(found)} clips; the scenes need four people.")
    # People who fill the picture are the ones in front; a whole figure is one who walks by.
    found.sort(key=lambda one: -one.frames[0].shape[1] / one.frames[0].shape[0])
    wide, tall = found[: len(found) // 2], found[len(found) // 2 :]
    still = [wide[-1].frames[0][: wide[-1].frames[0].shape[0] // 2]]
    return {"front": wide[0], "front2": wide[1], "other": tall[0], "child": tall[-1], "small": tall[-1],
            "face": Person(still * 2)}  # fmt: skip


def _person(clip: Path) -> Person:
    frames = [
        np.rint(np.dstack([picture * alpha[..., None], 255 * alpha])).astype(np.uint8)
        for picture, alpha in clips.read(clip)
    ]
    # Where they are is what the scene says.
    frames = [_centred(frame) for frame in frames]
    covered = np.max([frame[..., 3] for frame in frames], axis=0) > 25
    rows, columns = np.flatnonzero(covered.any(1)), np.flatnonzero(covered.any(0))
    cut = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return Person([frame[cut] for frame in frames])


def _centred(frame: Bytes) -> Bytes:
    """Return a frame moved sideways until the person's centre of gravity is in the middle."""
    weight = frame[..., 3].sum(axis=0, dtype=np.float64)
    middle = float(weight @ np.arange(len(weight)) / max(weight.sum(), 1))
    moved: Bytes = np.roll(frame, round(len(weight) / 2 - middle), axis=1)
    return moved


def play(
    scene: Scene, people: dict[str, Person], size: tuple[int, int]
) -> Iterator[tuple[float, Bytes, Floats, Floats]]:
    """Yield second, picture (uint8 [H, W, 3] BGR), alpha of everybody and alpha of those to be kept (0..1).

    ``size``: H, W.
    """
    height, width = size
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    room: Floats = np.dstack([0.35 + 0.2 * across / width, 0.5 - 0.2 * down / height, 0.45 + 0 * down])
    for number in range(int(scene.seconds * FPS)):
        now = number / FPS
        picture = room.copy()
        everybody: Floats = np.zeros(size, np.float32)
        kept: Floats = np.zeros(size, np.float32)
        for role in scene.roles:
            place = role.place(now)
            if place is None:
                continue
            layer = _placed(people[role.cast].at(now), place, size)
            alpha = layer[..., 3]
            picture = picture * (1 - alpha[..., None]) + layer[..., :3]
            everybody = everybody * (1 - alpha) + alpha
            kept = kept * (1 - alpha) + alpha * role.kept(now)
        yield now, np.rint(picture * 255).astype(np.uint8), everybody, kept


def _placed(person: Bytes, place: Place, size: tuple[int, int]) -> Floats:
    height, width = size
    down = place.height * height / person.shape[0]
    # Pixels are as wide as they are high in a picture of 16:9, whatever the size.
    across = down * width / height * 9 / 16
    matrix = np.array([[across, 0, place.middle * width - across * person.shape[1] / 2],
                       [0, down, place.bottom * height - down * person.shape[0]]])  # fmt: skip
    layer: Bytes = cv2.warpAffine(person, matrix, (width, height), flags=cv2.INTER_AREA)
    return layer.astype(np.float32) / 255


class Frame(NamedTuple):
    """One frame: second, wrong share of pixels, that without "the person in front", processor time in ms."""

    now: float
    wrong: float
    everyone: float
    cost: float


def measure(
    scene: Scene, people: dict[str, Person], runner: Runner | None
) -> tuple[list[Frame], list[Bytes]]:
    """Return the frames of a scene, and pictures of some: what was kept."""
    height, width = (runner.height, runner.width) if runner else ALPHA
    front, frames, pictures = Front(height, width), [], []
    if runner:
        runner.reset()
    for now, picture, everybody, kept in play(scene, people, PICTURE if runner else ALPHA):
        if runner:
            alpha = runner.alpha(scale.to_frame(picture, height, width))
        else:
            alpha = np.rint(everybody * 255).astype(np.uint8)
        truth = cv2.resize(kept, (width, height), interpolation=cv2.INTER_AREA) > 0.5
        before = float(((alpha > 127) != truth).mean())
        began = time.thread_time()
        front.keep(alpha, ALL, now)
        cost = time.thread_time() - began
        frames.append(Frame(now, float(((alpha > 127) != truth).mean()), before, 1000 * cost))
        if int(now * FPS) % FPS == 0:
            shown = cv2.resize(alpha, picture.shape[1::-1])[..., None] / 255
            small = np.rint(picture * (0.25 + 0.75 * shown)).astype(np.uint8)
            pictures.append(cv2.resize(small, (320, 180), interpolation=cv2.INTER_AREA))
    return frames, pictures


class HasSecond(Protocol):
    """A frame, with its second."""

    @property
    def now(self) -> float:
        """The second."""


Shown = TypeVar("Shown", bound=HasSecond)


def spans(scene: Scene, frames: Sequence[Shown]) -> Iterator[tuple[str, list[Shown], list[Shown]]]:
    """Yield each event of a scene with the frames until it is over, and those from two seconds later on.

    The latter end where the next event is over, or may begin.
    """
    starts = [0.0, *(second for _, second in scene.events)]
    ends = [*(second for _, second in scene.events[1:]), scene.seconds + 1]
    for (event, second), start, end in zip(scene.events, starts, ends):
        until = [one for one in frames if start + (GRACE if start else 0) <= one.now < second]
        # What follows may begin before the next event is over.
        end = end if end > scene.seconds else end - GRACE
        after = [one for one in frames if second + GRACE <= one.now < end] or list(frames[-1:])
        yield event, until, after


def rows(scene: Scene, frames: list[Frame]) -> list[list[str]]:
    """Return the rows of a scene's events: until then, and from two seconds later to the next one."""
    found = []
    for event, until, after in spans(scene, frames):
        shares = (
            max(one.wrong for one in until),
            after[0].wrong,
            max(one.wrong for one in after),
            max(one.everyone for one in after),
        )
        found.append([scene.name, event, *(f"{100 * share:.2f}" for share in shares)])
    return found


def main(argv: list[str] | None = None) -> int:
    """Print the table; 0, or 2 with an error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, required=True, help="folder with clip folders")
    parser.add_argument("--model", help="a name or a path; without it the alphas are the exact ones")
    parser.add_argument("--frames", type=Path, help="where to write the table frame by frame")
    parser.add_argument("--sheet", type=Path, help="where to write a picture of each second")
    parser.add_argument("--scene", help="only the scenes with this in their name")
    options = parser.parse_args(argv)
    try:
        people = cast(options.clips)
        runner = Runner(locate(options.model)) if options.model else None
    except ExportError as error:
        print(error, file=sys.stderr)
        return 2
    costs, sheet, listed = [], [], []
    print("| scene | event | until then, most | 2 s after it | from then on, most | keeping everyone |")
    print("|---|---|---:|---:|---:|---:|")
    for scene in scenes():
        if options.scene and options.scene not in scene.name:
            continue
        frames, pictures = measure(scene, people, runner)
        for row in rows(scene, frames):
            print("| " + " | ".join(row) + " |", flush=True)
        costs += [one.cost for one in frames]
        listed += [
            (scene.name, f"{one.now:.3f}", f"{one.wrong:.5f}", f"{one.everyone:.5f}") for one in frames
        ]
        blank = np.zeros_like(pictures[0])
        sheet.append(np.hstack([*pictures, *[blank] * 14][:14]))
    median, most = np.percentile(costs, [50, 99])
    print(f"\nprocessor time for each alpha, ms: {median:.2f} (median), {most:.2f} (99 %)")
    if options.frames:
        with options.frames.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("scene", "second", "wrong", "keeping everyone"), *listed])
    if options.sheet:
        cv2.imwrite(str(options.sheet), np.vstack(sheet))
    return 0


if __name__ == "__main__":
    sys.exit(main())
