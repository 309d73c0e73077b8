# SPDX-License-Identifier: GPL-2.0-or-later
"""What the background Auto (suits your clothes) does while photographs of people follow each other.

Each photograph stands before the filter until it is known what is worn. Prints the status, with seconds,
whenever it changes. Writes "clothes.png": a column for each change of what is shown; above it what the camera
sees, and the status. A background that is faded into another one has several columns.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy

from tests.gallery import looks
from tests.obs.stage import exchange, filtered_picture, status, wait_until_running
from tests.recorded.strip import strip

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from obs_bgremove.private_obs.instance import PrivateObs

FPS = 10
#: Seconds for which a photograph stays when it is known what is worn.
STAYS = 3.0
#: Mean difference (of 255) by which what is shown has changed.
CHANGED = 5.0
SETTINGS = {"background": "auto", "outfit_change": "follow"}


class Note(NamedTuple):
    """What is so from a second of the recording on: which picture the camera sees, and the status."""

    second: float
    seen: int
    said: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what there is to choose."""
    parser.add_argument("--pictures", type=Path, nargs="+", required=True, help="photographs of people")
    parser.add_argument("--seconds", type=float, default=120.0, help="at most, for each photograph")
    parser.add_argument("--model", default="quality")


def make(options: argparse.Namespace, folder: Path, data: Path) -> None:
    """Show the photographs, print what the status says, write the strip."""
    pictures = [looks.pictures(looks.read(path))["plain"] for path in options.pictures]
    notes: list[Note] = []
    with filtered_picture(folder, data, options.model, pictures[0], fps=FPS) as obs:
        wait_until_running(obs)
        obs.ws.set_source_filter_settings("Picture", "Background Removal", SETTINGS, True)
        obs.start_record()
        for number, picture in enumerate(pictures):
            exchange(obs, folder, picture)
            notes += watched(obs, number, options.seconds)
        recorded = list(obs.frames(obs.stop_record()))
    cv2.imwrite(str(options.out / "clothes.png"), sheet(recorded, notes, pictures))


def watched(obs: PrivateObs, seen: int, seconds: float) -> list[Note]:
    """Note and print what the status says, until it knows what is worn in the picture that is seen now."""
    notes: list[Note] = []
    known, until = status(obs)["outfit"], time.monotonic() + seconds
    while time.monotonic() < until:
        found = status(obs)
        note = Note(obs.ws.get_record_status().output_duration / 1000, seen, _said(found))
        if not notes or notes[-1].said != note.said:
            notes.append(note)
            print(f"{note.second:5.1f} s, photograph {seen + 1}: {note.said}", flush=True)
        if found["outfit"] != known and "You seem to wear" in found["outfit"]:
            known, until = found["outfit"], min(until, time.monotonic() + STAYS)
        time.sleep(1 / FPS)  # how often it is looked at
    return notes


def _said(found: dict) -> str:
    return f"{found['problem']} {found['outfit']}".strip()


def changes(recorded: Iterable[numpy.ndarray]) -> list[int]:
    """Return the numbers of the first frame, of each that differs from the one before it, and of the last."""
    found: list[int] = []
    last: numpy.ndarray | None = None
    number = -1
    for number, frame in enumerate(recorded):
        picture = frame.astype(numpy.int16)
        if last is None or numpy.abs(picture - last).mean() > CHANGED:
            found.append(number)
            last = picture
    return found if number in found else [*found, number]


def sheet(recorded: list[numpy.ndarray], notes: list[Note], pictures: list[numpy.ndarray]) -> numpy.ndarray:
    """Return the strip."""
    columns = [(number, _at(notes, number / FPS)) for number in changes(recorded)]
    captions = [f"{number / FPS:.1f} s: {note.said}" for number, note in columns]
    seen = [pictures[note.seen] for _number, note in columns]
    return strip([seen, [recorded[number] for number, _note in columns]], captions)


def _at(notes: list[Note], second: float) -> Note:
    """Return what was so in a second of the recording."""
    return next((note for note in reversed(notes) if note.second <= second), notes[0])
