# SPDX-License-Identifier: GPL-2.0-or-later
"""What OBS counts of its last second: the pictures that it rendered or encoded too late."""

from __future__ import annotations

import time
from collections import deque
from typing import NamedTuple

from ...obs.functions import lib


class Counted(NamedTuple):
    """What OBS has counted so far; ``at``: of time.monotonic."""

    at: float
    #: Frames that were due, and those of them that were not rendered in time.
    frames: int
    lagged: int
    #: Frames for the encoders, and those of them that were left out because they were busy.
    encoded: int
    skipped: int


class Counters:
    """Filled on the graphics thread (OBS may replace its video output on others), read on any."""

    #: Seconds that are looked at, and the most that may lie between two looks: else the filter was not drawn.
    WINDOW, LONGEST = 1.0, 3.0
    #: Seconds between two looks at the counters.
    PERIOD = 0.2
    #: This part of the frames makes a second a bad one.
    MANY = 0.1

    def __init__(self) -> None:
        self._counted: deque[Counted] = deque(maxlen=32)
        #: When the next look is due, of time.monotonic.
        self._due = 0.0

    def sample(self) -> None:
        """Look at OBS' counters, if it is time to; in each frame, on the graphics thread."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + self.PERIOD
        video = lib.obs_get_video()
        encoded, skipped = 0, 0
        if video:
            encoded = lib.video_output_get_total_frames(video)
            skipped = lib.video_output_get_skipped_frames(video)
        self.add(Counted(now, lib.obs_get_total_frames(), lib.obs_get_lagged_frames(), encoded, skipped))

    def add(self, counted: Counted) -> None:
        """Note what OBS has counted."""
        self._counted.append(counted)

    def trouble(self) -> str:
        """Return what was wrong in the last second: lagged or skipped; empty if nothing was."""
        counted = list(self._counted)
        if not counted:
            return ""
        last = counted[-1]
        before = next((one for one in reversed(counted) if last.at - one.at >= self.WINDOW), None)
        if before is None or last.at - before.at > self.LONGEST:
            return ""
        if last.lagged - before.lagged > self.MANY * max(1, last.frames - before.frames):
            return "lagged"
        if last.skipped - before.skipped > self.MANY * max(1, last.encoded - before.encoded):
            return "skipped"
        return ""
