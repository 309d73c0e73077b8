# SPDX-License-Identifier: GPL-2.0-or-later
"""The delay that the sound follows: that of the picture, once it has lasted."""

from __future__ import annotations


class SteadyDelay:
    """Goes along with a delay that has lasted: the sound jumps at each change, so it makes few of them."""

    #: A delay lasts when it stays within so many seconds of itself for so many seconds.
    SAME, LASTS = 0.001, 2.0

    def __init__(self) -> None:
        #: In seconds; None while none has lasted yet.
        self.seconds: float | None = None
        self._seen: float | None = None
        self._since = 0.0

    def look(self, seconds: float | None, now: float) -> None:
        """Note the present delay, None if there is no picture at present; ``now``: seconds of any clock."""
        if seconds is None or self._seen is None or abs(seconds - self._seen) > self.SAME:
            self._seen, self._since = seconds, now
        elif now - self._since >= self.LASTS:
            self.seconds = seconds
