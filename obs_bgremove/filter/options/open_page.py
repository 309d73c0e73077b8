# SPDX-License-Identifier: GPL-2.0-or-later
"""Knows what the properties page shows, and when it should show something else.

OBS can only build the whole page again: whoever was in one of its controls is out of it then. So it is done
when what is read at a glance has changed and stays so, never for a number that changes all the time, and not
while the user is changing settings.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, NamedTuple

from ..report.sentences import headline

if TYPE_CHECKING:
    from ..report.status import Status


class OpenPage:
    """Of one filter; the page may have been closed long ago."""

    #: The seconds for which the user has to leave the settings alone.
    QUIET = 1.0
    #: The seconds for which it has to be the same: a machine at its limit is too slow in one second, and is
    #: not in the next. What the filter does, in one word, is shown at once.
    LASTING = 3.0

    def __init__(self) -> None:
        self._shows: _Glance | None = None
        self._seen: _Glance | None = None
        self._since = float("-inf")
        self._stale = False
        self._touched = float("-inf")

    def built(self, status: Status, delay: float | None) -> None:
        """Note what the page shows now; ``delay``: by how many seconds the sound is delayed, if it is."""
        self._shows, self._stale = _glance(status, delay), False

    def touched(self) -> None:
        """Note that settings were changed."""
        self._touched = time.monotonic()

    def stale(self) -> None:
        """Note that a setting was changed by somebody else than the page: it shows the one before."""
        self._stale = self._shows is not None

    def outdated(self, status: Status, delay: float | None) -> bool:
        """Return whether the page is to be built again."""
        if self._shows is None or self._stale:
            return self._stale
        now, seen = time.monotonic(), _glance(status, delay)
        if seen != self._seen:
            self._seen, self._since = seen, now
        lasts = seen.condition != self._shows.condition or now - self._since >= self.LASTING
        return lasts and now - self._touched >= self.QUIET and seen != self._shows


class _Glance(NamedTuple):
    condition: str
    remedy: str
    delay: float | None
    #: Without its numbers.
    text: str


def _glance(status: Status, delay: float | None) -> _Glance:
    return _Glance(status.condition, status.remedy, delay, re.sub(r"\d+", "", " ".join(headline(status))))
