# SPDX-License-Identifier: GPL-2.0-or-later
"""How OBS ends without our script, with it, and with the filter.

    python -m tests.bench.exits [--runs N] [--busy N] [--seconds S]

A real OBS is opened and closed as its window's close button does, N times each, in turns. OBS 32 sometimes
ends badly by itself, more often on a busy machine: with a signal, with leaks, or with scenes that it could
not clear. ``--busy`` computes in that many processes beside it. What the filter has more of is because of us.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import ObsError
from tests.obs.networks import write_models
from tests.obs.stage import (
    BLUE,
    SCRIPT,
    busy_processes,
    filtered,
    make_home,
    open_obs,
    wait_until_running,
)

if TYPE_CHECKING:
    from obs_bgremove.private_obs.exit_report import ExitReport

SIZE = (640, 360)
SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}
#: Whether each has the script, and the filter.
KINDS = {"bare": (False, False), "script": (True, False), "filter": (True, True)}
SCENES = ("Scene", "Second", "Third")


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100, help="of each kind")
    parser.add_argument("--busy", type=int, default=0, help="processes that compute meanwhile")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long OBS is open once it is ready")
    options = parser.parse_args()
    found: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder, busy_processes(options.busy):
        home = make_home(Path(folder) / "home", write_models(Path(folder) / "made"))
        for number in range(options.runs):
            for kind in KINDS:
                with tempfile.TemporaryDirectory(dir=folder) as scratch:
                    found[kind][ending(Path(scratch), home, kind, options.seconds)] += 1
            print(f"after {number + 1}: {summary(found)}", flush=True)


def ending(folder: Path, home: Path, kind: str, seconds: float) -> str:
    """Open and close an OBS; return how it ended, in a few words."""
    script, our_filter = KINDS[kind]
    filters = [filtered(SETTINGS)] if our_filter else []
    camera = collection.color("Camera", (0, 255, 0), SIZE, filters)
    scenes = [collection.scene(name, ["Camera"]) for name in SCENES]
    scripts = [collection.script(SCRIPT)] if script else []
    shown = collection.collection("Exits", [camera], scenes, scripts=scripts)
    with contextlib.ExitStack() as stack:
        try:
            obs = stack.enter_context(open_obs(folder, home, shown, size=SIZE))
            if our_filter:
                wait_until_running(obs)
            time.sleep(seconds)  # OBS shows its scenes
            return described(obs.stop())
        except (ObsError, AssertionError) as error:
            return str(error).splitlines()[0]


def described(report: ExitReport) -> str:
    """Return "good", or what was bad."""
    bad = []
    if report.code:
        bad.append(f"code {report.code}")
    if report.leaks:
        bad.append("leaks")
    if not report.cleared:
        bad.append("scenes not cleared")
    return ", ".join(bad) or "good"


def summary(found: dict[str, Counter[str]]) -> str:
    """Return the counts of each kind as one line."""
    return "; ".join(
        f"{kind} " + ", ".join(f"{count} {what}" for what, count in counts.most_common())
        for kind, counts in found.items()
    )


if __name__ == "__main__":
    main()
