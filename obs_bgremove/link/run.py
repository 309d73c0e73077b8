# SPDX-License-Identifier: GPL-2.0-or-later
"""One run of the worker process: what has been heard of it, and whether that is worrying."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..translate import tr
from . import patience

if TYPE_CHECKING:
    from .process import Process


class Run:
    """What is known of the worker process that runs now. Of the supervisor's thread."""

    def __init__(self, process: Process, start_up: float, load: float = patience.LOADING) -> None:
        """``start_up``: seconds until it has to be ready; ``load``: for one model."""
        self.process = process
        self.start_up = start_up
        self.load = load
        self.started_at = self.heard_at = self._awaited_since = time.monotonic()
        #: Whether rings can be made.
        self.ready = False
        #: Whether it said that it cannot work and ends.
        self.cannot = False
        #: Seconds that it has been busy with one picture or message, and its loader with one thing.
        self.busy_s = self.loading_s = 0.0
        #: Names of the devices that it has loaded models on.
        self.used: set[str] = set()

    def lived(self) -> float:
        """Return the seconds since it was started."""
        return time.monotonic() - self.started_at

    def silence(self) -> float:
        """Return the seconds since it said something."""
        return time.monotonic() - self.heard_at

    def excuse(self, seconds: float) -> None:
        """Leave out a time in which OBS itself stood still: what was said then may not have arrived yet."""
        self.heard_at = max(self.heard_at, time.monotonic())
        self._awaited_since += seconds

    def allowed_silence(self, loading: bool) -> float:
        """Return the seconds that it may say nothing; ``loading``: whether it loads a model."""
        if not self.ready:
            return self.start_up
        return patience.LOADING if loading else patience.GIVEN_UP

    def late(self) -> float:
        """Return how many seconds it has not been ready, if that is too long; else 0."""
        waited = time.monotonic() - self._awaited_since
        return waited if not self.ready and waited > self.start_up else 0.0

    def stuck(self) -> bool:
        """Return whether it has been loading one model for too long; its heartbeat goes on meanwhile."""
        return self.loading_s > self.load

    def fault(self, loading: bool) -> str:
        """Return why another process has to take its place, a sentence; empty if it need not.

        A worker that is alive but not ready is at fault, too: its heartbeat says nothing about the thread
        that imports onnxruntime.
        """
        silence = self.silence()
        if silence > self.allowed_silence(loading):
            return tr("The worker process did not answer for {seconds} s.", seconds=f"{silence:.0f}")
        if self.late():
            late = f"{self.late():.0f}"
            return tr("The worker process was still not ready after {seconds} s.", seconds=late)
        if self.busy_s > patience.HANGING:
            busy = f"{self.busy_s:.0f}"
            return tr("The worker process has been busy with one picture for {seconds} s.", seconds=busy)
        if self.stuck():
            loading_s = f"{self.loading_s:.0f}"
            return tr("The worker process has been loading a model for {seconds} s.", seconds=loading_s)
        return ""

    def warning(self, loading: bool) -> str:
        """Return a sentence about a silence that is worth one; empty if there is none."""
        silence = self.silence()
        if not self.ready or silence <= patience.SILENT:
            return ""
        return tr(
            "The worker process does not answer for {seconds} s; it is started again if that lasts "
            "{allowed} s.",
            seconds=f"{silence:.0f}",
            allowed=f"{self.allowed_silence(loading):.0f}",
        )
