# SPDX-License-Identifier: GPL-2.0-or-later
"""How many threads a model should get on the CPU, and whether they spin between two of its operators.

Measured once on the machine, with and without a busy process on every processor: that is what an
encoder is. Threads that have to wait for each other then cost more than they bring. Another setting
than one thread is taken if, while the processors are busy, it is clearly quicker (``WORTHWHILE``)
without taking much more processor time (``DEARER``) and, while they rest, it is not slower.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..choice.measured import Setting
from ..inference.engine import Engine
from ..inference.providers import CPU
from .bare import Bare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..choice.catalogue import Model

WORTHWHILE = 0.8
DEARER = 1.25
_MOST = 4
#: Between two inferences, as between two frames of a camera.
_REST = 1 / 60
_LEAST_RUNS = 5
#: Works until its standard input ends: at the latest when we do, however early that is.
_BUSY = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
while True: sum(range(100000))
"""


class Figures(NamedTuple):
    """Medians of an inference in milliseconds, on a machine that rests and on a busy one, and the
    processor time of one with the rest after it."""

    idle_ms: float
    busy_ms: float
    processor_ms: float


def candidates() -> list[Setting]:
    """Return the settings to compare on this machine, one thread first."""
    more = [count for count in (2, _MOST) if count <= processors()]
    return [Setting(), *(Setting(count, spinning) for count in more for spinning in (False, True))]


def choose(figures: dict[Setting, Figures]) -> Setting:
    """Return the setting to take."""
    one = figures[Setting()]
    good = [
        setting
        for setting, measured in figures.items()
        if measured.busy_ms <= one.busy_ms * WORTHWHILE
        and measured.processor_ms <= one.processor_ms * DEARER
        and measured.idle_ms <= one.idle_ms
    ]
    return min(good, key=lambda setting: figures[setting].busy_ms, default=Setting())


def measure(model: Model, seconds: float) -> dict[Setting, Figures]:
    """Return the figures of each candidate; takes about ``seconds``. Raises ModelProblem."""
    settings = candidates()
    share = seconds / len(settings) / 2
    idle = {setting: _run(model, setting, share) for setting in settings}
    with _busy_processors():
        busy = {setting: _run(model, setting, share) for setting in settings}
    return {setting: Figures(idle[setting][0], *busy[setting]) for setting in settings}


def _run(model: Model, setting: Setting, seconds: float) -> tuple[float, float]:
    """Return median milliseconds and mean processor milliseconds of an inference."""
    bare = Bare(Engine(model, CPU, setting=setting))
    picture = np.random.default_rng(1).integers(0, 256, (bare.engine.height, bare.engine.width, 4), np.uint8)
    bare.run(picture)
    took: list[int] = []
    end = time.monotonic() + seconds
    began = time.process_time()
    while time.monotonic() < end or len(took) < _LEAST_RUNS:
        took.append(bare.run(picture))
        time.sleep(_REST)
    used = (time.process_time() - began) / len(took)
    return statistics.median(took) / 1e6, used * 1e3


@contextlib.contextmanager
def _busy_processors() -> Iterator[None]:
    """Keep every processor busy meanwhile."""
    running: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(processors()):
            running.append(subprocess.Popen([sys.executable, "-c", _BUSY], stdin=subprocess.PIPE))
        # Until all of them compute; they do not say so.
        time.sleep(0.2)
        yield
    finally:
        for one in running:
            one.kill()
            one.communicate()


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def table(model: Model, figures: dict[Setting, Figures]) -> str:
    """Return the figures and the choice in a line."""
    each = ", ".join(
        f"{setting}: {measured.idle_ms:.1f}/{measured.busy_ms:.1f}/{measured.processor_ms:.1f}"
        for setting, measured in figures.items()
    )
    return f"Threads for {model.name} (ms at rest/busy/of processor): {each}. Taken: {choose(figures)}."
