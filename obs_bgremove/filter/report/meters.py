# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures of a filter over its last seconds. Filled on the graphics thread, read on others."""

from __future__ import annotations

import statistics
import time
from collections import deque
from typing import NamedTuple


class Meter:
    """Counts alphas over the last seconds."""

    #: Seconds that are looked at.
    WINDOW = 2.0
    #: This part of the frames may be without an alpha of their own before it is reported.
    FEW = 0.2

    def __init__(self) -> None:
        self._arrivals: deque[tuple[float, int]] = deque(maxlen=600)
        self._drawn: deque[float] = deque(maxlen=1200)
        #: Alphas that have come since the filter was made.
        self.total = 0

    def draw(self) -> None:
        """Count a frame that OBS draws."""
        self._drawn.append(time.monotonic())

    def begin_again(self) -> None:
        """Forget the frames drawn before the source was shown nowhere for a while."""
        self._drawn.clear()

    def count(self, inference_ns: int) -> None:
        """Count an alpha that has just come; its inference took this long, in nanoseconds."""
        self._arrivals.append((time.monotonic(), inference_ns))
        self.total += 1

    def new_pictures(self) -> float | None:
        """Return the part of the pictures that were other ones than those before; None if there were none.

        The worker infers no picture twice.
        """
        now = time.monotonic()
        recent = [inference for when, inference in list(self._arrivals) if now - when < self.WINDOW]
        return sum(map(bool, recent)) / len(recent) if recent else None

    def frames_per_second(self) -> float:
        """Return how many frames OBS draws: on a machine that is late these are less than it should."""
        now = time.monotonic()
        return sum(now - when < self.WINDOW for when in list(self._drawn)) / self.WINDOW

    def late(self, wanted: float) -> float:
        """Return how many of the wanted frames per second OBS does not draw; 0 if few, or not known yet."""
        now = time.monotonic()
        begun = any(self.WINDOW <= now - when < 2 * self.WINDOW for when in list(self._drawn))
        late = wanted - self.frames_per_second()
        return late if begun and late > self.FEW * wanted else 0.0

    def missing(self) -> float:
        """Return how many frames per second get no alpha of their own; 0 if few, or not known yet."""
        frames_per_second = self.frames_per_second()
        now = time.monotonic()
        arrivals = [when for when, _inference in list(self._arrivals)]
        recent = sum(now - when < self.WINDOW for when in arrivals)
        # Not in the first moments: there are few, because they have just begun to come.
        begun = any(self.WINDOW <= now - when < 2 * self.WINDOW for when in arrivals)
        missing = frames_per_second - recent / self.WINDOW
        return missing if begun and missing > self.FEW * frames_per_second else 0.0

    def read(self) -> tuple[float, float]:
        """Return (alphas per second, median milliseconds per alpha); zeros if there was none lately."""
        now = time.monotonic()
        recent = [one for one in list(self._arrivals) if now - one[0] < self.WINDOW]
        # A picture that repeats is not inferred again; such an alpha took no time.
        inferred = [nanoseconds for _when, nanoseconds in recent if nanoseconds]
        milliseconds = statistics.median(inferred) / 1e6 if inferred else 0.0
        return len(recent) / self.WINDOW, milliseconds


class DelayMeter:
    """By how many OBS frames the picture is delayed: the median of the last frames with a person."""

    def __init__(self) -> None:
        self._last: deque[int] = deque(maxlen=60)

    def count(self, frames: int) -> None:
        """Note the delay of a frame that is shown."""
        self._last.append(frames)

    @property
    def frames(self) -> int | None:
        """The median; None before the first frame."""
        last = list(self._last)
        return statistics.median_low(last) if last else None


class GraphicsTimes(NamedTuple):
    """The fields of a ``Status`` that begin with "graphics", in milliseconds."""

    graphics_cpu_milliseconds: float
    graphics_cpu_milliseconds_p99: float
    graphics_milliseconds: float
    graphics_milliseconds_p99: float


class Stopwatch:
    """The times of the last frames on the graphics thread, processor time and wall clock."""

    def __init__(self) -> None:
        self._times: deque[tuple[int, int]] = deque(maxlen=900)
        self._began = (0, 0)

    def __enter__(self) -> None:
        """Time what happens inside the ``with``."""
        # Windows counts a thread's processor time in steps of 16 ms: its median is 0 there.
        self._began = time.thread_time_ns(), time.perf_counter_ns()

    def __exit__(self, *_: object) -> None:
        cpu, wall = self._began
        self._times.append((time.thread_time_ns() - cpu, time.perf_counter_ns() - wall))

    def read(self) -> GraphicsTimes:
        """Return medians and 99th percentiles; zeros before the first frame."""
        times = list(self._times) or [(0, 0)]
        cpu, wall = (sorted(column) for column in zip(*times))
        median, late = len(times) // 2, min(len(times) - 1, len(times) * 99 // 100)
        return GraphicsTimes(cpu[median] / 1e6, cpu[late] / 1e6, wall[median] / 1e6, wall[late] / 1e6)
