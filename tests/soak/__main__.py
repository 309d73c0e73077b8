# SPDX-License-Identifier: GPL-2.0-or-later
"""The soak: ``python -m tests.soak [--minutes 60] [--seed S] [--steps N]``.

A real OBS with two filters. Everything that its output shows while something happens is recorded and looked
at. Prints each step (seconds, what, seconds until the alphas were back, pixels of the room, MB of OBS and of
the worker), and at the end a summary. Exit code 1 if a pixel of the room was shown, or if OBS ended badly or
leaked.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import networks, numbered
from tests.obs.stage import SCRIPT, filtered, make_home, megabytes, open_obs, statuses, wait_until_running
from tests.soak.steps import SCENES, SOURCES, Steps

if TYPE_CHECKING:
    from obs_bgremove.private_obs.exit_report import ExitReport
    from obs_bgremove.private_obs.instance import PrivateObs

#: Alphas are to return within this many seconds.
PROMISED = 3.0


class Moment(NamedTuple):
    """One step: what was done, seconds until the filters ran again, pixels of the room, and memory in MB."""

    at_s: float
    step: str
    back_s: float
    room: int
    obs_mb: float
    worker_mb: float


def main(arguments: list[str] | None = None) -> int:
    """Run the soak; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--steps", type=int, default=0, help="end after this many steps (default: no limit)")
    parser.add_argument("--seed", type=int, default=1, help="of the steps (default: 1)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        moments, report = soak(Path(folder), options.minutes * 60, options.steps, options.seed)
    say(moments, report)
    return 0 if not any(one.room for one in moments) and report.code == 0 and not report.leaks else 1


def soak(
    folder: Path, seconds: float, most: int, seed: int, say: bool = True
) -> tuple[list[Moment], ExitReport]:
    """Run an OBS in ``folder`` for so many seconds, or steps if ``most`` is not 0; return what was seen."""
    small, large = numbered.write(folder / "small.mkv"), numbered.write(folder / "large.mkv", 2)
    picture = folder / "picture.png"
    cv2.imwrite(str(picture), numpy.full((90, 160, 3), (90, 60, 20), numpy.uint8))
    home = make_home(folder / "home", networks.write_models(folder / "models"))
    moments: list[Moment] = []
    begin = time.monotonic()
    with open_obs(folder / "obs", home, scenes(small)) as obs:
        wait_until_running(obs, len(SOURCES))
        steps = Steps(obs, random.Random(seed), picture, [small, large])
        while time.monotonic() - begin < seconds and (not most or len(moments) < most):
            moments.append(one_step(obs, steps, begin))
            if say:
                values = (f"{one:.1f}" if isinstance(one, float) else str(one) for one in moments[-1])
                print(*values, flush=True)
        return moments, obs.stop()


def scenes(clip: Path) -> dict[str, object]:
    """Return a collection: two filtered sources, a scene for both, one for the second, and an empty one."""
    settings = {"background": "color", "background_color": 0xFFFF0000, "model": "green"}
    sources = [collection.clip(name, clip, [filtered(settings)]) for name in SOURCES]
    back = collection.color("Back", (0, 60, 120), (320, 180))
    halves = [
        collection.item(SOURCES[0], fit=(320, 360)),
        collection.item(SOURCES[1], (320, 0), fit=(320, 360)),
    ]
    shown = [halves, [collection.item(SOURCES[1], fit=(640, 360))], []]
    made = [collection.scene(name, items) for name, items in zip(SCENES, shown, strict=True)]
    return collection.collection("Soak", [*sources, back], made, scripts=[collection.script(SCRIPT)])


def one_step(obs: PrivateObs, steps: Steps, begin: float) -> Moment:
    """Do one step while OBS records; look at the recording."""
    obs.start_record()
    name = steps.one()
    done = time.monotonic()

    def settled() -> bool:
        states = [one["state"] for one in statuses(obs)]
        return len(states) == len(SOURCES) and "running" in states and set(states) <= {"running", "idle"}

    wait_for(settled, f"the filters run after “{name}”: {statuses(obs)}", 60)
    back = time.monotonic() - done
    recording = obs.stop_record()
    room = sum(numbered.room_visible(frame) for frame in obs.frames(recording))
    recording.unlink()
    return Moment(time.monotonic() - begin, name, back, room, *memory(obs))


def memory(obs: PrivateObs) -> tuple[float, float]:
    """Return the resident memory of OBS and of the worker, in MB."""
    worker = next((one["worker_pid"] for one in statuses(obs)), 0)

    return megabytes(obs.pid), megabytes(worker)


def slope(moments: list[Moment], name: str) -> float:
    """Return by how many MB an hour memory grew in the second half of the time (least squares)."""
    half = moments[len(moments) // 2 :]
    if len(half) < 3:
        return 0.0
    at = [one.at_s / 3600 for one in half]
    return float(numpy.polyfit(at, [getattr(one, name) for one in half], 1)[0])


def say(moments: list[Moment], report: ExitReport) -> None:
    """Print what was seen."""
    backs = [one.back_s for one in moments]
    late = sum(seconds > PROMISED for seconds in backs)
    counts = dict(Counter(one.step for one in moments))
    print(f"{len(moments)} steps in {moments[-1].at_s / 60:.1f} minutes: {counts}")
    print(f"Pixels of the room: {sum(one.room for one in moments)}")
    print(f"Alphas back: median {numpy.median(backs):.1f} s, longest {max(backs):.1f} s,", end=" ")
    print(f"over {PROMISED:g} s: {late}")
    for name in ("obs_mb", "worker_mb"):
        first, last = getattr(moments[0], name), getattr(moments[-1], name)
        print(f"{name}: first {first:.0f}, last {last:.0f}, slope {slope(moments, name):+.1f} MB an hour")
    print(f"OBS ended with code {report.code} and {report.leaks} leaked allocations.")


if __name__ == "__main__":
    sys.exit(main())
