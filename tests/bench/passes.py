# SPDX-License-Identifier: GPL-2.0-or-later
"""What each drawing pass costs.

    python -m tests.bench.passes [--seconds S] [--size WxH] [RUN ...]

A still picture with a person stands in a real OBS; the worker rests, so both processors are free to draw.
For each run (a set of settings) it prints for each pass, in milliseconds for each time that it is drawn: the
wall clock, with OpenGL finished before and after it; the processor time of all threads of OBS, which with
software OpenGL is what drawing costs, and hardly depends on other programs; that of OBS' graphics thread. All
are the first decile. The last column is how often it is drawn in an OBS frame.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy

from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from tests.obs import networks
from tests.obs.stage import BLUE, DRAWN_BY_OTHERS, SCRIPT, filtered, make_home, open_obs, wait_until_running

if TYPE_CHECKING:
    from obs_bgremove.private_obs.instance import PrivateObs

PROBE = installed.PROJECT / "tests" / "bench" / "pass_times_script.py"
PLAIN = {"refinement": False, "color_cleaning": False}
RUNS = {
    "colour": {"background": "color"},
    "colour, no refinement, no cleaning": {"background": "color", **PLAIN},
    "colour, no refinement": {"background": "color", "refinement": False},
    "colour, no cleaning": {"background": "color", "color_cleaning": False},
    "colour, room not remembered": {"background": "color", "remember_room": False},
    "transparent": {"background": "transparent"},
    "blur": {"background": "blur"},
    "blur, depth look": {"background": "blur", "depth_look": True},
    "image": {"background": "image"},
    "image, light wrap and matching": {"background": "image", "light_wrap": 50.0, "light_matching": 50.0},
    "image, brighter": {"background": "image", "brighten": 50.0},
    "image, outline 6": {"background": "image", "outline": 6.0},
    "shift 3": {"background": "color", "edge_shift": 3.0},
    "softness 3": {"background": "color", "edge_softness": 3.0},
}


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each run is measured")
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"default: all of {', '.join(RUNS)}")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), (width, height), options.seconds, options.runs or list(RUNS))


def picture_with_probe(folder: Path, size: tuple[int, int], probe: Path) -> PrivateObs:
    """Return an OBS, not yet started, that shows "Picture", a person with the filter, and runs a script."""
    home = make_home(folder / "home", {"green": networks.write_green_is_person(folder / "green", soft=True)})
    cv2.imwrite(str(folder / "person.png"), person(*size))
    source = collection.image("Picture", folder / "person.png", [filtered({"model": "green"})])
    scripts = [collection.script(probe), collection.script(SCRIPT)]
    things = collection.collection(
        "Test", [source], [collection.scene("Scene", ["Picture"])], scripts=scripts
    )
    return open_obs(folder / "obs", home, things, size=size, environment=DRAWN_BY_OTHERS)


def run(folder: Path, size: tuple[int, int], seconds: float, names: list[str]) -> None:
    """Measure in a scratch folder."""
    with picture_with_probe(folder, size, PROBE) as obs:
        for name in names:
            settings = {
                "model": "green",
                "background_color": BLUE,
                "background_path": str(folder / "person.png"),
                **RUNS[name],
            }
            obs.ws.set_source_filter_settings("Picture", "Background Removal", settings, False)
            wait_until_running(obs)
            # The first frames compile and allocate.
            time.sleep(1.0)
            measure(obs)
            # So long is measured.
            time.sleep(seconds)
            show(name, measure(obs))


def measure(obs) -> dict:
    """Return what was measured since the last time."""
    return json.loads(obs.vendor("times", vendor="passes")["json"])


def show(name: str, found: dict) -> None:
    """Print the table of a run."""
    frames = found["passes"]["capture"][-1]
    print(f"\n{name:36} {'wall':>8} {'all':>8} {'thread':>8} {'a frame':>8}")
    totals = [0.0, 0.0, 0.0]
    for words, (*times, count) in found["passes"].items():
        print(f"  {words:34}", *(f"{one:8.2f}" for one in times), f"{count / frames:8.1f}")
        totals = [total + one * count / frames for total, one in zip(totals, times)]
    sums = " ".join(f"{one:8.2f}" for one in totals)
    print(f"  {'a frame':34} {sums}   GPU objects made: {found['made']}", flush=True)


def person(width: int, height: int) -> numpy.ndarray:
    """Return a picture, uint8 [height, width, 3]: green head and shoulders before a magenta room."""
    alpha = numpy.zeros((height, width, 1), numpy.float32)
    cv2.circle(alpha, (width // 2, height * 2 // 5), height // 4, 1.0, -1)
    cv2.rectangle(alpha, (width * 3 // 10, height * 2 // 3), (width * 7 // 10, height), 1.0, -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), height / 120)[..., None]
    return (alpha * (60, 210, 70) + (1 - alpha) * (230, 10, 240)).astype(numpy.uint8)


if __name__ == "__main__":
    main()
