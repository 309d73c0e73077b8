# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a model takes for a frame, and on what."""

from __future__ import annotations

import platform
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

from ..graph import probe

if TYPE_CHECKING:
    from ..graph.runner import Runner

#: Frames in a row before the next model has its turn: enough for its memory to be in the caches again.
TURN = 12


def milliseconds(runner: Runner, seconds: float = 2.0) -> float:
    """Return the median time of a frame, as :func:`in_turns` does of several models."""
    return in_turns([runner], seconds)[0]


def in_turns(runners: list[Runner], seconds: float = 2.0) -> list[float]:
    """Return each one's median time of a frame, over ``seconds`` and at least 10 frames for each.

    They take turns, so that what else the machine does falls on all alike: only times of one run are to be
    compared.
    """
    frames = [probe.frames(runner.height, runner.width, 2) for runner in runners]
    taken: list[list[float]] = [[] for _ in runners]
    for runner in runners:
        runner.reset()
    spent = 0.0
    while spent < seconds * len(runners) or len(taken[0]) < 10:
        for runner, shown, times in zip(runners, frames, taken):
            # The first ones of a turn find the caches full of another model.
            for number in range(TURN):
                runner.alpha(shown[number % 2])
                spent += runner.seconds
                if number > 2:
                    times.append(runner.seconds)
    return [statistics.median(times) * 1e3 for times in taken]


def processor() -> str:
    """Return the processor's name as the system gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
