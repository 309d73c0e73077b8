# SPDX-License-Identifier: GPL-2.0-or-later
"""What the filter costs OBS' graphics thread per frame.

    python -m tests.bench.graphics [--home DIR] [--fast MODEL] [--slow MODEL] [--seconds S] [--size WxH ...]
                                 [--one-thread | --nothing-drawn] [--frames]

The same scene runs in a real OBS without the filter, with a fast model and with a slow one, at
640x360 and 1280x720, or at other sizes. "cpu" is processor time of the graphics thread inside the
filter, "wall" the clock (with software OpenGL it includes waiting for the drawing itself), "OBS"
what OBS' own profiler says of its graphics thread. The model must make no difference. With --one-thread
that thread draws every pixel itself; else other threads do, as a GPU would. With --nothing-drawn Mesa draws
nothing: what is left is the work of Python, libobs and Mesa for each call.

With --frames a script looks at each frame. What was drawn in the slowest frames of the first five seconds is
printed; then, for each set of passes that the filter drew in a frame besides those of each frame, how many
frames there were, the processor time of all of OBS in them, which depends less on other programs, and how
long they took OBS' graphics thread.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

import numpy

from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from tests.obs import fast_and_slow
from tests.obs.stage import BLUE, DRAWN_BY_OTHERS, filtered, one_scene, open_obs, status, wait_until_running

SIZES = "640x360", "1280x720"
#: What the made model takes: some 20 times as long as the fast one.
SLOW_MS = 40.0
PROBE = installed.PROJECT / "tests" / "bench" / "frames_script.py"
#: What is drawn in each frame.
ALWAYS = Counter(["shrink", "composite"])
#: What belongs to the start, in seconds, and how many frames of it are printed.
START, SLOWEST = 5.0, 5


def main() -> None:
    """Run the benchmark and print its table."""
    parser = fast_and_slow.parser(__doc__.splitlines()[0], seconds=20.0)
    parser.add_argument("--size", nargs="+", default=SIZES, metavar="WxH")
    drawn = parser.add_mutually_exclusive_group()
    drawn.set_defaults(environment=DRAWN_BY_OTHERS)
    add = partial(drawn.add_argument, action="store_const", dest="environment")
    add("--one-thread", const={}, help="OBS' graphics thread draws by itself")
    add("--nothing-drawn", const={**DRAWN_BY_OTHERS, "GALLIUM_NOOP": "1"}, help="Mesa draws nothing")
    parser.add_argument("--frames", action="store_true", help="print what was drawn in slow frames")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options)


def run(folder: Path, options) -> None:
    """Measure in a scratch folder."""
    home = fast_and_slow.make(folder, options, SLOW_MS)
    print(
        "size      run                            cpu ms: med p99  wall ms: med p99  OBS ms: med p99  lagged"
    )
    for size in (tuple(map(int, one.split("x"))) for one in options.size):
        clip = fast_and_slow.write_clip(folder / f"{size[0]}.avi", size)
        costs = {}
        for model in (None, options.fast, options.slow):
            costs[model] = measure(folder, home, clip, size, model, options)
        fast, slow = costs[options.fast], costs[options.slow]
        for name in ("graphics_cpu_milliseconds", "graphics_milliseconds"):
            kind = "cpu" if "cpu" in name else "wall"
            print(f"{size[0]}x{size[1]}: slow model / fast model, {kind}: {slow[name] / fast[name]:.2f}")


def measure(folder: Path, home: Path, clip: Path, size, model, options) -> dict | None:
    """Open an OBS, print its part of the table, and return the filter's status; None without a filter."""
    settings = {"background": "color", "background_color": BLUE, "model": model}
    things = one_scene(collection.clip("Clip", clip, [filtered(settings)] if model else []))
    if options.frames:
        # Before the filter's own script.
        things["modules"]["scripts-tool"].insert(0, collection.script(PROBE))
    directory = folder / f"obs-{size[0]}-{model}"
    with open_obs(directory, home, things, size=size, environment=options.environment) as obs:
        if model:
            wait_until_running(obs)
        if options.frames:
            time.sleep(START)  # these frames are counted apart
            start = frames_of(obs)
        # So long is measured.
        time.sleep(options.seconds)
        steady = frames_of(obs) if options.frames else []
        found = status(obs) if model else None
        report = obs.stop()
    show(size, model, found, report)
    if options.frames:
        show_frames(start, steady)
    return found


def show(size, model, found, report) -> None:
    """Print a line of the table."""
    name = f"{model} ({found['milliseconds_per_alpha']:.1f} ms)" if model else "no filter"
    columns = [
        f"{found[key]:8.3f}" if found else " " * 8
        for kind in ("graphics_cpu_milliseconds", "graphics_milliseconds")
        for key in (kind, f"{kind}_p99")
    ]
    timing = report.profiler["obs_graphics_thread"]
    print(
        f"{size[0]}x{size[1]:<5} {name:30}",
        *columns,
        f"{timing.median_ms:8.2f} {timing.p99_ms:8.2f}  {report.lagged}",
    )


def frames_of(obs) -> list:
    """Return [milliseconds, processor time, names of what was drawn] of each frame since the last time."""
    return json.loads(obs.vendor("frames", vendor="frames")["json"])


def show_frames(start: list, steady: list) -> None:
    """Print how long frames took by what was drawn in them."""
    for milliseconds, _processor, drawn in sorted(start, reverse=True)[:SLOWEST]:
        print(f"    {milliseconds:8.1f} ms at the start: {', '.join(drawn)}")
    kinds: dict[str, list] = {"all": steady}
    for frame in steady:
        more = Counter(frame[-1]) - ALWAYS
        kinds.setdefault(", ".join(sorted(more.elements())) or "nothing more", []).append(frame)
    print("      frames  processor: median      p99  graphics thread: median      p99     most  drawn")
    for words, found in sorted(kinds.items()):
        times, processor = numpy.transpose([one[:2] for one in found] or [[0.0, 0.0]])
        print(
            f"    {len(found):8} {numpy.median(processor):18.1f} {numpy.percentile(processor, 99):8.1f}"
            f" {numpy.median(times):24.1f} {numpy.percentile(times, 99):8.1f} {times.max():8.1f}  {words}"
        )


if __name__ == "__main__":
    main()
