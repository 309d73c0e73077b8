# SPDX-License-Identifier: GPL-2.0-or-later
"""What a filter tells the streamer: how it runs, or what is wrong and what to do."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections import deque
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Status:
    """A filter at one moment. ``problem`` is empty, or a sentence that says what to do."""

    source: str
    filter: str
    model: str
    device: str
    alphas_per_second: float
    milliseconds_per_alpha: float
    delay_frames: int
    delay_milliseconds: float
    #: What the filter costs OBS' graphics thread per frame: processor time, and wall clock
    #: (which includes waiting for the GPU); medians and 99th percentiles.
    graphics_cpu_milliseconds: float
    graphics_cpu_milliseconds_p99: float
    graphics_milliseconds: float
    graphics_milliseconds_p99: float
    state: str
    problem: str
    note: str
    worker_pid: int
    #: Pictures a second that the alphas do not suffice for; 0 if each has its own.
    pictures_without_alpha: float = 0.0

    #: ``state``: an alpha is shown, the first one is awaited, the room is hidden because there
    #: is none, or nobody looks at the source.
    RUNNING, STARTING, HIDDEN, IDLE = "running", "starting", "hidden", "idle"

    @property
    def text(self) -> str:
        """The status in sentences."""
        parts = []
        if self.problem:
            parts.append(self.problem)
        if self.state == self.RUNNING:
            parts.append(
                f"{self.model} on {self.device}: {self.alphas_per_second:.0f} alphas per second, "
                f"{self.milliseconds_per_alpha:.1f} ms each."
            )
            if self.delay_frames:
                parts.append(
                    f"The picture is delayed by {self.delay_milliseconds:.1f} ms "
                    f"({self.delay_frames} frames): enter that as the sync offset of your microphone."
                )
            else:
                parts.append("The picture is not delayed; the cut-out trails behind movement.")
            if self.pictures_without_alpha:
                parts.append(
                    f"That is too slow for {self.pictures_without_alpha:.0f} pictures a second, which "
                    f"{'are left out' if self.delay_frames else 'get an older alpha'}: choose a quicker "
                    "model, or leave the choice to us."
                )
        elif self.state == self.HIDDEN:
            parts.append("The room stays hidden until there is an alpha again.")
        elif self.state == self.IDLE:
            parts.append("The source is not shown anywhere, so nothing is computed.")
        elif not self.problem:
            parts.append("Starting: the first alpha is awaited, the room stays hidden.")
        if self.note:
            parts.append(self.note)
        return " ".join(parts)

    def values(self) -> dict:
        """Return everything as a flat dict, as obs-websocket delivers it."""
        return {**asdict(self), "text": self.text}


class Meter:
    """Counts alphas over the last seconds. Filled on the graphics thread, read on others."""

    WINDOW = 2.0
    #: A part of the frames that may be missed without a word.
    FEW = 0.2

    def __init__(self):
        self._arrivals: deque[tuple[float, int]] = deque(maxlen=600)

    def count(self, inference_ns: int) -> None:
        """Take note of an alpha that has just come."""
        self._arrivals.append((time.monotonic(), inference_ns))

    def missing(self, frames_per_second: float) -> float:
        """Return how many frames a second get no alpha of their own; 0 if it is few, or not known yet."""
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


class Stopwatch:
    """The times of the last frames on the graphics thread, processor time and wall clock."""

    def __init__(self):
        self._times: deque[tuple[int, int]] = deque(maxlen=900)

    @contextlib.contextmanager
    def running(self):
        """Time what happens inside the ``with``."""
        # Windows counts a thread's processor time in steps of 16 ms: its median is 0 there.
        cpu, wall = time.thread_time_ns(), time.perf_counter_ns()
        try:
            yield
        finally:
            self._times.append((time.thread_time_ns() - cpu, time.perf_counter_ns() - wall))

    def read(self) -> dict[str, float]:
        """Return the fields of a Status that begin with "graphics"; zeros before the first frame."""
        times = list(self._times) or [(0, 0)]
        fields = {}
        for name, column in (("graphics_cpu_milliseconds", 0), ("graphics_milliseconds", 1)):
            ordered = sorted(one[column] for one in times)
            fields[name] = ordered[len(ordered) // 2] / 1e6
            fields[f"{name}_p99"] = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] / 1e6
        return fields
