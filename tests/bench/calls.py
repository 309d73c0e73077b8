# SPDX-License-Identifier: GPL-2.0-or-later
"""How often the filter calls libobs in each OBS frame.

    python -m tests.bench.calls [--seconds S] [--size WxH] [--each] [RUN ...]

A person stands in a real OBS. For each run (a set of settings, those of :mod:`tests.bench.passes`) it prints
the calls in a frame, how many of them release Python's lock (the GIL) and so may have to wait for it, how
often OBS called the filter, and how often Python collected garbage in it. With --each it prints the calls of
each function, too.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from obs_bgremove import home as installed
from obs_bgremove.obs.leaves import LEAVES
from tests.bench.passes import RUNS, picture_with_probe
from tests.obs.stage import BLUE, wait_until_running

PROBE = installed.PROJECT / "tests" / "bench" / "calls_script.py"


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each run is counted")
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--each", action="store_true", help="print each function")
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"default: all of {', '.join(RUNS)}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options)


def run(folder: Path, options) -> None:
    """Count in a scratch folder."""
    size = tuple(map(int, options.size.split("x")))
    print(
        f"{'in each frame':36} {'calls':>7} {'release the GIL':>16} {'render':>7} {'color_space':>12} "
        f"{'collections':>12}"
    )
    with picture_with_probe(folder, size, PROBE) as obs:
        for name in options.runs or list(RUNS):
            picture = {"background_color": BLUE, "background_path": str(folder / "person.png")}
            settings = {"model": "green", **picture, **RUNS[name]}
            obs.ws.set_source_filter_settings("Picture", "Background Removal", settings, False)
            wait_until_running(obs)
            time.sleep(1.0)  # what the settings changed is settled
            counted(obs)
            time.sleep(options.seconds)  # the time that is counted over
            show(name, counted(obs), options.each)


def counted(obs) -> dict:
    """Return what was counted since the last time."""
    return json.loads(obs.vendor("calls", vendor="calls")["json"])


def show(name: str, found: dict, each: bool) -> None:
    """Print the line of a run."""
    frames, calls = found["frames"], found["calls"]
    releasing = sum(count for function, count in calls.items() if function not in LEAVES)
    callbacks = (found["callbacks"].get(one, 0) / frames for one in ("render", "color_space", "collections"))
    print(
        f"{name:36} {sum(calls.values()) / frames:7.1f} {releasing / frames:16.1f}",
        " ".join(f"{count:{width}.1f}" for count, width in zip(callbacks, (7, 12, 12))),
        flush=True,
    )
    if each:
        for function, count in sorted(calls.items(), key=lambda item: -item[1]):
            kept = "" if function in LEAVES else "releases the GIL"
            print(f"  {function:44} {count / frames:7.2f}  {kept}")


if __name__ == "__main__":
    main()
