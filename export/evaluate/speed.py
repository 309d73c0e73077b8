# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a model takes for a frame, and on what."""

from __future__ import annotations

import platform
import statistics
import time
from pathlib import Path

from .. import probe
from ..runner import Runner


def milliseconds(runner: Runner, seconds: float = 2.0) -> float:
    """Return the median time of a frame, over ``seconds`` and at least 10 frames, after 3 to warm up."""
    frames = probe.frames(runner.height, runner.width, 2)
    runner.reset()
    for number in range(3):
        runner.alpha(frames[number % 2])
    taken, end = [], time.perf_counter() + seconds
    while len(taken) < 10 or time.perf_counter() < end:
        runner.alpha(frames[len(taken) % 2])
        taken.append(runner.seconds)
    return statistics.median(taken) * 1e3


def processor() -> str:
    """Return the processor's name as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
