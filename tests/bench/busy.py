# SPDX-License-Identifier: GPL-2.0-or-later
"""What the filter costs OBS while another Python script computes in a thread of its own.

    python -m tests.bench.busy [--home DIR] [--model MODEL] [--size WxH] [--fps N] [--seconds S] [--rounds N]

All Python scripts of an OBS share one interpreter, so the filter needs its lock (the GIL), which the other
script's thread holds as long as it can. In one run of a real OBS, in turns: the filter off and on; the other
script at rest, busy, and instead of it a process that computes as much but has an interpreter of its own (it
takes a processor away, too, and no lock). "render" is the filter's part of a frame by the clock, median and
99th percentile. "OBS" is OBS' own mean time for a frame, which includes what the filter waits for the
interpreter before it begins. "late" are frames that OBS rendered too late. "counted" is what the other script
got done, in millions per second.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import tempfile
import time
from pathlib import Path

from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import fast_and_slow
from tests.obs.stage import (
    BLUE,
    DRAWN_BY_OTHERS,
    SCRIPT,
    add_home_option,
    busy_processes,
    filtered,
    installed_model,
    make_home,
    open_obs,
    status,
    wait_until_running,
)

OTHER = installed.PROJECT / "tests" / "bench" / "busy_script.py"
FILTER = "Background Removal"
#: What computes beside the filter.
OTHERS = "nothing", "a process", "a thread"
#: (the filter is on, what computes)
TURNS = [(enabled, other) for enabled in (False, True) for other in OTHERS]


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_home_option(parser)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--fps", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each turn is measured")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options)


def run(folder: Path, options) -> None:
    """Measure in a scratch folder."""
    width, height = map(int, options.size.split("x"))
    model = installed_model(options.home, options.model)
    home = make_home(folder / "home", {model.name: model})
    clip = fast_and_slow.write_clip(folder / "clip.avi", (width, height))
    settings = {"background": "color", "background_color": BLUE, "model": model.name}
    scripts = [collection.script(OTHER), collection.script(SCRIPT)]
    things = collection.collection(
        "Test",
        [collection.clip("Clip", clip, [filtered(settings, FILTER)])],
        [collection.scene("Scene", ["Clip"])],
        scripts=scripts,
    )
    found: dict = {turn: [] for turn in TURNS}
    opened = open_obs(
        folder / "obs", home, things, size=(width, height), fps=options.fps, environment=DRAWN_BY_OTHERS
    )
    with opened as obs:
        wait_until_running(obs)
        for _round in range(options.rounds):
            for turn in TURNS:
                found[turn].append(measure(obs, turn, options.seconds))
    print("filter  beside it     render ms: med  p99   OBS ms         late     counted")
    for turn in TURNS:
        show(turn, found[turn])


@contextlib.contextmanager
def computing(obs, other: str):
    """Let something compute meanwhile."""
    if other == "a process":
        with busy_processes(1):
            yield
    elif other == "a thread":
        obs.vendor("start", vendor="busy")
        try:
            yield
        finally:
            obs.vendor("stop", vendor="busy")
    else:
        yield


def measure(obs, turn: tuple[bool, str], seconds: float) -> dict:
    """Return what was measured in a turn."""
    enabled, other = turn
    with computing(obs, other):
        return counted_in(obs, enabled, seconds)


def counted_in(obs, enabled: bool, seconds: float) -> dict:
    """Return what was measured with the filter on or off."""
    obs.ws.set_source_filter_enabled("Clip", FILTER, enabled)
    state = "running" if enabled else "idle"
    wait_for(lambda: status(obs)["state"] == state, f"the filter is {state}")
    # OBS' mean is of its last second.
    time.sleep(2.0)
    counted = json.loads(obs.vendor("times", vendor="busy")["json"])["counted"]
    before, began = obs.ws.get_stats(), time.monotonic()
    means = []
    while time.monotonic() - began < seconds:
        time.sleep(1.0)
        means.append(obs.ws.get_stats().average_frame_render_time)
    after, took = obs.ws.get_stats(), time.monotonic() - began
    answer = json.loads(obs.vendor("times", vendor="busy")["json"])
    return {
        "render": answer["render"],
        "frame": statistics.mean(means),
        "counted": (answer["counted"] - counted) / took / 1e6,
        "lagged": after.render_skipped_frames - before.render_skipped_frames,
        "rendered": after.render_total_frames - before.render_total_frames,
    }


def show(turn: tuple[bool, str], found: list[dict]) -> None:
    """Print a line of the table: all rounds of a turn together."""
    render = sorted(one for part in found for one in part["render"])
    times = (
        f"{render[len(render) // 2]:14.2f} {render[len(render) * 99 // 100]:5.2f}" if turn[0] else " " * 20
    )
    frame, counted = (statistics.mean(part[key] for part in found) for key in ("frame", "counted"))
    late, of = (sum(part[key] for part in found) for key in ("lagged", "rendered"))
    print(
        f"{'on' if turn[0] else 'off':7} {turn[1]:12} {times} {frame:8.2f}  "
        f"{late:5} of {of:<5} {counted:8.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
