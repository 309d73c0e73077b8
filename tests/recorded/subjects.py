# SPDX-License-Identifier: GPL-2.0-or-later
"""What each "Subject" that the installed models offer keeps of a clip.

Writes "subjects.png": a column for each second; what the camera sees, and below it what is shown with each
subject, before white. A model that is too slow shows fewer pictures than the clip has: how many is printed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from obs_bgremove.worker.choice import catalogue
from tests.bench.viewer import FPS, add_slower_option, before_black_and_white
from tests.gallery.picture import HEIGHT
from tests.obs.stage import filtered, status, wait_until_running
from tests.recorded.played import AFTER, FILTER, Shown, play, shown, write
from tests.recorded.strip import strip

if TYPE_CHECKING:
    import argparse

    from obs_bgremove.private_obs.instance import PrivateObs


#: Alphas after which a model is no longer new.
ALPHAS = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what there is to choose."""
    add_slower_option(parser, 10)
    parser.add_argument("--clip", type=Path, required=True, help="a video")
    parser.add_argument("--seconds", type=float, default=6.0, help="how much of it")
    parser.add_argument("--model", default="quality", help="the one that keeps people")


def make(options: argparse.Namespace, folder: Path, data: Path) -> None:
    """Play the clip with each subject, write the strip."""
    offered = subjects(options.model)
    if len(offered) == 1:
        print("The installed models keep people alone; python3 install.py --model anything adds one.")
    pictures = read(options.clip, round(options.seconds * FPS))
    clip = write(folder / "clip.avi", pictures)
    source = collection.clip("Clip", clip, [filtered({"model": options.model})], speed=100 / options.slower)
    size = pictures[0].shape[1::-1]
    found = {}
    with before_black_and_white(folder / "obs", data, source, size, options.slower) as obs:
        wait_until_running(obs)
        for subject, model in offered.items():
            print(f"{subject}: {begin(obs, clip, model)}", flush=True)
            recording = play(obs, clip, (options.seconds + AFTER) * options.slower, {})
            found[subject] = list(shown(obs.frames(recording), pictures))
            print(f"{subject}: {len(found[subject])} of {len(pictures)} pictures were shown.", flush=True)
    cv2.imwrite(str(options.out / "subjects.png"), sheet(pictures, found))


def subjects(model: str) -> dict[str, str]:
    """Return the subjects that the installed models offer, each with its model; that of people is given."""
    usable = [one for one in catalogue.read().values() if one.installed and not one.problem]
    return {"People": model, **{one.subject: one.name for one in usable if one.subject}}


def read(path: Path, count: int) -> list[numpy.ndarray]:
    """Return the first pictures of a video, uint8 [HEIGHT, W, 3] BGR."""
    video, found = cv2.VideoCapture(str(path)), []
    while len(found) < count:
        more, picture = video.read()
        if not more:
            break
        width = 2 * round(picture.shape[1] * HEIGHT / picture.shape[0] / 2)
        found.append(cv2.resize(picture, (width, HEIGHT), interpolation=cv2.INTER_AREA))
    if not found:
        raise SystemExit(f"{path} is no video that can be read.")
    return found


def begin(obs: PrivateObs, clip: Path, model: str) -> str:
    """Let a model serve, however long it takes to load; return the status."""
    obs.ws.set_input_settings("Clip", {"local_file": str(clip), "looping": True}, True)
    obs.ws.set_source_filter_settings("Clip", FILTER, {"model": model}, True)
    wait_for(lambda: status(obs)["model"] == model, f"{model} is loaded", seconds=600)
    before = status(obs)["alphas"]
    wait_for(lambda: status(obs)["alphas"] > before + ALPHAS, f"{model} keeps up", seconds=600)
    return str(status(obs)["text"])


def sheet(pictures: list[numpy.ndarray], found: dict[str, list[Shown]]) -> numpy.ndarray:
    """Return the strip: each second, and of each subject the picture that is nearest to it."""
    numbers = range(0, len(pictures), FPS)
    rows = [[pictures[number] for number in numbers]]
    captions = [f"{number / FPS:.0f} s. Below it: {', '.join(found)}" for number in numbers]
    for those in found.values():
        nothing = Shown(0, numpy.zeros(0), numpy.zeros_like(pictures[0]))
        nearest = [
            min(those, key=lambda one: abs(one.number - number), default=nothing) for number in numbers
        ]
        rows.append([one.before_white for one in nearest])
    return strip(rows, captions)
