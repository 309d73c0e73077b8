# SPDX-License-Identifier: GPL-2.0-or-later
"""The number of OBS frames by which the picture is delayed until its alpha is there."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Delay:
    """The smallest delay at which nearly all alphas are in time. It is constant while the load is.

    A delay that followed every late alpha would make the picture jump; one that never
    followed would show it late and unevenly on a slow machine. So it grows when more than a
    tenth of the last second's alphas came too late, and shrinks when for some seconds
    49 of 50 would have been in time for a smaller one. One late alpha only holds the picture
    for a frame.
    """

    #: A frame is read back one OBS frame after it was drawn (never in the same: that would
    #: stall the GPU), so its alpha can be there at the next one at the earliest.
    MINIMUM = 2

    def __init__(self) -> None:
        self.frames = self.MINIMUM
        self._latencies: deque[int] = deque(maxlen=150)

    def observe(self, latency: int) -> None:
        """Note that an alpha came ``latency`` OBS frames after its frame was drawn."""
        self._latencies.append(latency)
        if latency > self.frames:
            recent = list(self._latencies)[-30:]
            if len(recent) >= 10:
                self.frames = max(self.frames, self._smallest(recent, 0.9))
        elif self.frames > self.MINIMUM and len(self._latencies) == self._latencies.maxlen:
            self.frames = min(self.frames, self._smallest(self._latencies, 0.98))

    def reset(self) -> None:
        """Start again: there was no alpha for some time."""
        self.frames = self.MINIMUM
        self._latencies.clear()

    def forget(self) -> None:
        """Learn again, from the present delay on: another model takes over and has another speed."""
        self._latencies.clear()

    def _smallest(self, latencies: Iterable[int], share: float) -> int:
        ordered = sorted(latencies)
        return max(self.MINIMUM, ordered[min(len(ordered) - 1, int(len(ordered) * share))])
