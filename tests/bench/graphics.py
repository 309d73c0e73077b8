# SPDX-License-Identifier: GPL-2.0-or-later
"""What the filter costs OBS' graphics thread per frame.

    python -m tests.bench.graphics [--home DIR] [--fast MODEL] [--slow MODEL] [--seconds S] [--size WxH ...]
                                 [--one-thread | --nothing-drawn]

The same scene runs in a real OBS without the filter, with a fast model and with a slow one, at
640x360 and 1280x720, or at other sizes. "cpu" is processor time of the graphics thread inside the
filter, "wall" the clock (with software OpenGL it includes waiting for the drawing itself), "OBS"
what OBS' own profiler says of its graphics thread. The model must make no difference. With --one-thread
that thread draws every pixel itself; else other threads do, as a GPU would. With --nothing-drawn Mesa draws
nothing: what is left is the work of Python, libobs and Mesa for each call.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

from obs_bgremove.private_obs import collection
from tests.obs import fast_and_slow
from tests.obs.stage import BLUE, DRAWN_BY_OTHERS, filtered, one_scene, open_obs, status, wait_until_running

SIZES = "640x360", "1280x720"
#: What the made model takes: some 20 times as long as the fast one.
SLOW_MS = 40.0


def main() -> None:
    """Run the benchmark and print its table."""
    parser = fast_and_slow.parser(__doc__.splitlines()[0], seconds=20.0)
    parser.add_argument("--size", nargs="+", default=SIZES, metavar="WxH")
    drawn = parser.add_mutually_exclusive_group()
    drawn.set_defaults(environment=DRAWN_BY_OTHERS)
    add = partial(drawn.add_argument, action="store_const", dest="environment")
    add("--one-thread", const={}, help="OBS' graphics thread draws by itself")
    add("--nothing-drawn", const={**DRAWN_BY_OTHERS, "GALLIUM_NOOP": "1"}, help="Mesa draws nothing")
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
            settings = {"background": "color", "background_color": BLUE, "model": model}
            things = one_scene(collection.clip("Clip", clip, [filtered(settings)] if model else []))
            opened = open_obs(
                folder / f"obs-{size[0]}-{model}",
                home,
                things,
                size=size,
                environment=options.environment,
            )
            with opened as obs:
                found = None
                if model:
                    wait_until_running(obs)
                # So long is measured.
                time.sleep(options.seconds)
                if model:
                    found = status(obs)
                report = obs.stop()
            costs[model] = found
            show(size, model, found, report)
        fast, slow = costs[options.fast], costs[options.slow]
        for name in ("graphics_cpu_milliseconds", "graphics_milliseconds"):
            kind = "cpu" if "cpu" in name else "wall"
            print(f"{size[0]}x{size[1]}: slow model / fast model, {kind}: {slow[name] / fast[name]:.2f}")


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


if __name__ == "__main__":
    main()
