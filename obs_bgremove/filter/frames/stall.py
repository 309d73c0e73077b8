# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the last complete composite may stand while no alpha comes."""

from __future__ import annotations

import time


class Stall:
    """Measures the usual gap between two alphas, and detects a gap that is too long.

    The picture freezes for a moment; then the background covers everything. A slow model
    has longer gaps, so it gets more time.
    """

    #: The limits of ``patience`` in seconds.
    SHORTEST, LONGEST = 1.0, 5.0

    def __init__(self) -> None:
        self.began = False
        self._last = time.monotonic()
        self._gap = 0.0
        #: Seconds without an alpha during which the last composite is still shown.
        self.patience = self.SHORTEST

    def progress(self) -> None:
        """Note that an alpha has come."""
        now = time.monotonic()
        if self.began:
            # One stall must not make the next one be noticed later.
            gap = min(now - self._last, self.LONGEST / 4)
            self._gap += 0.1 * (gap - self._gap)
            self.patience = min(max(4 * self._gap, self.SHORTEST), self.LONGEST)
        self.began = True
        self._last = now

    def resume(self) -> None:
        """Count from now: the source was not drawn, so no alpha was expected."""
        self._last = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the last alpha."""
        return time.monotonic() - self._last

    def over(self) -> bool:
        """Return whether there was no alpha for longer than ``patience``."""
        return time.monotonic() - self._last > self.patience
