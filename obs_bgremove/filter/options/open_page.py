# SPDX-License-Identifier: GPL-2.0-or-later
"""Knows what the properties page shows, and when it should show something else.

OBS can only build the whole page again: whoever was in one of its controls is out of it then. So it is done
when what is read at a glance has changed and stays so, and not while the user is changing settings. For a
number that changes all the time it is done only while nobody is in a control.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, NamedTuple

from ..report.sentences import headline, numbers

if TYPE_CHECKING:
    from ..report.status import Status


class OpenPage:
    """Of one filter; the page may have been closed long ago."""

    #: The seconds for which the user has to leave the settings alone.
    QUIET = 1.0
    #: The seconds for which it has to be the same: a machine at its limit is too slow in one second, and is
    #: not in the next. What the filter does, in one word, is shown at once.
    LASTING = 3.0
    #: The seconds for which the numbers stay as they are.
    NUMBERS = 2.0

    def __init__(self) -> None:
        self._shows: _Glance | None = None
        self._seen: _Glance | None = None
        self._since = float("-inf")
        self._stale = False
        self._touched = self._built = float("-inf")
        self._numbers = _Numbers([], [])

    def built(self, status: Status, delay: float | None) -> None:
        """Note what the page shows now; ``delay``: by how many seconds the sound is delayed, if it is."""
        self._shows, self._stale = _glance(status, delay), False
        self._numbers, self._built = _Numbers(headline(status), numbers(status)), time.monotonic()

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

    def numbers_outdated(self, status: Status, delay: float | None, *, unfolded: bool) -> bool:
        """Return whether the page shows numbers of before, and what it shows else is true.

        ``unfolded``: whether it shows those of the fold "Advanced", too.
        """
        now = time.monotonic()
        if self._shows is None or now - self._built < self.NUMBERS or now - self._touched < self.QUIET:
            return False
        seen, shown = _Numbers(headline(status), numbers(status)), self._numbers
        changed = seen.top != shown.top or (unfolded and seen.folded != shown.folded)
        return changed and _glance(status, delay) == self._shows


class _Numbers(NamedTuple):
    """Sentences with numbers in them: those at the top of the page, and those in the fold."""

    top: list[str]
    folded: list[str]


class _Glance(NamedTuple):
    condition: str
    remedy: str
    delay: float | None
    #: Without its numbers.
    text: str


def _glance(status: Status, delay: float | None) -> _Glance:
    return _Glance(status.condition, status.remedy, delay, re.sub(r"\d+", "", " ".join(headline(status))))
