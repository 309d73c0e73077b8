# SPDX-License-Identifier: GPL-2.0-or-later
"""Whom "Keep: the person in front" keeps in OBS, in the scenes of ``export.studies.front``.

The scenes are played through the filter, before black and before white, as in ``tests.bench.viewer``: so the
alpha of each shown frame is known, and by its noise which frame of the scene it is. Prints, for each event,
the share of all pixels (%) that are shown and should not be, or should be and are not; and how many frames a
machine that is too slow left out (``--slower`` helps). Writes front.csv, with
each frame's, and a strip of each scene: what the camera sees, what is shown, and what of that is wrong.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy

from export.studies import front
from obs_bgremove.private_obs import collection
from tests.bench.viewer import add_slower_option, before_black_and_white
from tests.obs.stage import filtered, wait_until_running
from tests.recorded.played import AFTER, FILTER, play, shown, write
from tests.recorded.strip import fitted, strip

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

HEIGHT, WIDTH = front.PICTURE
#: Seconds for which a scene stands still before it begins.
LEAD = 2.0
#: The standard deviation of the camera's noise (of 255): no two frames are the same.
NOISE = 2.0


class Moment(NamedTuple):
    """A frame of a scene as it was shown: second, wrong share of pixels, and the pictures of the strip."""

    now: float
    wrong: float
    pictures: list[numpy.ndarray]


class Played(NamedTuple):
    """A scene as it is played: pictures, uint8 [H, W, 3], and who is to be kept, bool [H, W]."""

    pictures: list[numpy.ndarray]
    kept: list[numpy.ndarray]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what there is to choose."""
    add_slower_option(parser, 5)
    parser.add_argument("--clips", type=Path, required=True, help="folder with clip folders")
    parser.add_argument("--model", default="fast")
    parser.add_argument(
        "--scene", nargs="+", default=[""], help="only the scenes with one of these in their names"
    )


def make(options: argparse.Namespace, folder: Path, data: Path) -> None:
    """Play the scenes; print the table, write the strips."""
    people = front.cast(options.clips)
    scenes = [one for one in front.scenes() if any(name in one.name for name in options.scene)]
    played = made(scenes[0], people)
    first = write(folder / "first.avi", played.pictures[: round(LEAD * front.FPS)])
    source = collection.clip("Clip", first, [filtered({"model": options.model})], speed=100 / options.slower)
    print(
        "| scene | event | until then, most | 2 s after it | from then on, most |\n|---|---|---:|---:|---:|"
    )
    listed: list[tuple[str, str, str]] = []
    left_out = 0
    with before_black_and_white(folder / "obs", data, source, (WIDTH, HEIGHT), options.slower) as obs:
        wait_until_running(obs)
        for scene in scenes:
            played = made(scene, people)
            clip = write(folder / "scene.avi", played.pictures)
            # Of who was there in the scene before, nothing is known any more.
            obs.ws.set_source_filter_settings("Clip", FILTER, {"keep": "everyone"}, True)
            seconds = (LEAD + scene.seconds + AFTER) * options.slower
            recording = play(obs, clip, seconds, {"keep": "front"})
            moments = judged(obs.frames(recording), played)
            recording.unlink()
            for row in rows(scene, moments):
                print("| " + " | ".join(row) + " |", flush=True)
            left_out += round(scene.seconds * front.FPS) - len({one.now for one in moments})
            listed += [(scene.name, f"{one.now:.3f}", f"{one.wrong:.5f}") for one in moments]
            cv2.imwrite(str(options.out / f"front, {scene.name}.png"), sheet(moments))
    print(f"\nFrames that were shown: {len(listed)}; left out: {left_out}.")
    with (options.out / "front.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("scene", "second", "wrong"), *listed])


def made(scene: front.Scene, people: dict[str, front.Person]) -> Played:
    """Return a scene as it is played, with noise that is different in each frame.

    It goes on after its end: of a clip that ends the last pictures are not shown.
    """
    height, width = front.PICTURE
    noise = numpy.random.default_rng(7).normal(0, NOISE, (height + 89, width + 97, 3)).round()
    longer = scene._replace(seconds=scene.seconds + AFTER)
    found = Played([], [])
    for now, picture, _everybody, kept in front.play(longer, people, front.PICTURE):
        for _ in range(1 if now else 1 + round(LEAD * front.FPS)):
            # Made once, and seen at another place in each frame.
            down, right = 7 * len(found.kept) % 89, 11 * len(found.kept) % 97
            seen = picture + noise[down : down + height, right : right + width]
            found.pictures.append(numpy.clip(seen, 0, 255).astype(numpy.uint8))
            found.kept.append(kept > 0.5)
    return found


def judged(recorded: Iterable[numpy.ndarray], played: Played) -> list[Moment]:
    """Return each frame of a scene that a recording shows."""
    moments = []
    end = len(played.pictures) - round(AFTER * front.FPS)
    for number, alpha, before_white in shown(recorded, played.pictures):
        if not LEAD * front.FPS <= number < end:
            continue
        wrong = (alpha > 0.5) != played.kept[number]
        seen = played.pictures[number]
        marked = numpy.where(wrong[..., None], (0, 0, 255), seen // 3 + 60).astype(numpy.uint8)
        pictures = [fitted(one) for one in (seen, before_white, marked)]
        moments.append(Moment(number / front.FPS - LEAD, float(wrong.mean()), pictures))
    return moments


def rows(scene: front.Scene, moments: list[Moment]) -> list[list[str]]:
    """Return the rows of a scene's events, as in ``export.studies.front``."""
    found = []
    for event, until, after in front.spans(scene, moments):
        shares = max(one.wrong for one in until), after[0].wrong, max(one.wrong for one in after)
        found.append([scene.name, event, *(f"{100 * share:.2f}" for share in shares)])
    return found


def sheet(moments: list[Moment]) -> numpy.ndarray:
    """Return a strip of a scene, a column for each second."""
    taken = [
        min(moments, key=lambda one: abs(one.now - second)) for second in range(int(moments[-1].now) + 1)
    ]
    captions = [f"{one.now:.1f} s, wrong: {100 * one.wrong:.2f} %" for one in taken]
    return strip([list(row) for row in zip(*(one.pictures for one in taken))], captions)
