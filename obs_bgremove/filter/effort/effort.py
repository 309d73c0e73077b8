# SPDX-License-Identifier: GPL-2.0-or-later
"""When a filter whose model is chosen automatically goes to a quicker one, and when back to a better one.

The worker decides which models there are to go to (``worker/choice/automatic.py``). Here is decided by how
many rungs the filter stays below the best one. All times are seconds of any clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ...link.messages import USUAL, Allowance

if TYPE_CHECKING:
    from ...link.messages import Rung

#: What sources do; the least one also stands for a source that stands still: it may move at any moment.
_RATES = (30.0, 60.0, 120.0, 240.0)
#: A rate that is measured is this much too high at most.
_INEXACT = 0.9


class Seen(NamedTuple):
    """What was seen of the last second."""

    #: The ring that is used, whatever it is; None if there is none. And its model.
    ring: object
    model: str
    rung: Rung
    #: What was wrong: lagged, skipped or late; empty if nothing was.
    trouble: str
    #: How many pictures per second were new; None if nobody knows.
    rate: float | None
    #: Pictures per second of OBS, which the user may change.
    canvas_rate: float
    #: How many filters are drawn.
    filters: int
    #: How many processors of the machine rested; -1 if nobody knows.
    idle: float


class _Highest:
    """The highest of the values of the last seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._values: deque[tuple[float, float]] = deque()

    def add(self, now: float, value: float) -> float:
        """Note a value; return the highest."""
        self._values.append((now, value))
        while now - self._values[0][0] > self._seconds:
            self._values.popleft()
        return max(value for _when, value in self._values)

    def known(self, now: float) -> float:
        """Return the seconds for which values have been noted."""
        return now - self._values[0][0] if self._values else 0.0


class _Spells:
    """Since when OBS has been in trouble, all processors have been busy, and nothing has been wrong."""

    #: The processors that rest in a busy machine at most.
    NONE = 0.1
    #: What lasted until the filter was hidden, for more than so many seconds, has not lasted until now.
    GAP = 2.0

    def __init__(self) -> None:
        self.slow: float | None = None
        self.busy: float | None = None
        self.calm: float | None = None
        self._at = float("-inf")

    def add(self, seen: Seen, settled: bool, now: float) -> None:
        """Note what was seen; while not ``settled`` nothing is known."""
        if now - self._at > self.GAP:
            self.slow = self.busy = None
        self._at = now
        slow, busy = settled and bool(seen.trouble), settled and 0 <= seen.idle < self.NONE
        self.slow = self._since(self.slow, slow, now)
        self.busy = self._since(self.busy, busy, now)
        self.calm = self._since(self.calm, settled and not slow and not busy, now)

    @staticmethod
    def _since(before: float | None, holds: bool, now: float) -> float | None:
        return (now if before is None else before) if holds else None


class Effort:
    """One filter's. It goes down soon and up late, and not more often than every ``APART`` seconds.

    Going up is tried when nothing was wrong for ``CALM`` seconds and enough processors rested. If that did
    not go well, the calm has to last twice as long before the next try.
    """

    #: The least time between two changes.
    APART = 30.0
    #: The time without trouble before it goes up, at first and at most; and how soon after that a step down
    #: means that it did not go well.
    CALM, LONGEST_CALM, FAILED = 30.0, 600.0, 300.0
    #: For how long OBS is in trouble, or all processors are busy, before it goes down.
    SLOW, BUSY = 1.0, 5.0
    #: A model is judged when it has served for so long.
    SETTLED = 3.0
    #: So many times what a better model takes more must rest, and so many processors beside that.
    MARGIN, SPARE = 1.5, 0.25
    #: The rate is the highest of some seconds, and known after some. So is the number of filters.
    RATE, RATE_KNOWN, FILTERS = 10.0, 4.0, 60.0

    def __init__(self, canvas_rate: float) -> None:
        """``canvas_rate``: pictures per second of OBS."""
        self._setting = ""
        self._ring: object = None
        self._model = ""
        self._served_since = self._changed_at = self._up_at = float("-inf")
        self._spells = _Spells()
        self._calm = self.CALM
        self._rates, self._filters = _Highest(self.RATE), _Highest(self.FILTERS)
        self._allowance = replace(USUAL, rate=_usual(canvas_rate, canvas_rate))

    def allowance(self, setting: str) -> Allowance:
        """Return what the filter may take now (any thread); ``setting``: "How much of the machine"."""
        return replace(self._allowance, effort=setting)

    def look(self, seen: Seen, setting: str, now: float) -> None:
        """Decide by what was seen now. Always on the same thread."""
        if setting != self._setting:
            # The user has decided: it begins with the best model again.
            self._setting, self._calm = setting, self.CALM
            self._allowance = replace(self._allowance, step=0, reason="")
        self._note_ring(seen, now)
        settled = seen.ring is not None and now - self._served_since >= self.SETTLED
        self._spells.add(seen, settled, now)
        filters = int(self._filters.add(now, max(1, seen.filters)))
        rate = self._allowance.rate
        if seen.rate is not None:
            highest = self._rates.add(now, seen.rate)
            if self._rates.known(now) >= self.RATE_KNOWN:
                rate = _usual(highest, seen.canvas_rate)
        if seen.ring is None or now - self._changed_at < self.APART:
            return
        if (rate, filters) != (self._allowance.rate, self._allowance.filters):
            self._allowance = replace(self._allowance, rate=rate, filters=filters)
            return
        reason = self._reason(seen, now)
        if reason and seen.rung.step < seen.rung.steps - 1:
            self._calm = (
                min(2 * self._calm, self.LONGEST_CALM) if now - self._up_at < self.FAILED else self.CALM
            )
            self._go(seen.rung.step + 1, reason, now)
        elif self._allowance.step and self._has_room(seen, now):
            self._up_at = now
            step = min(self._allowance.step, seen.rung.steps) - 1
            self._go(max(step, 0), self._allowance.reason if step > 0 else "", now)

    def _go(self, step: int, reason: str, now: float) -> None:
        self._changed_at = now
        self._allowance = replace(self._allowance, step=step, reason=reason)

    def _note_ring(self, seen: Seen, now: float) -> None:
        if seen.ring is not self._ring:
            self._ring, self._served_since = seen.ring, now
        if seen.model and seen.model != self._model:
            if self._model:
                self._changed_at = now
            self._model = seen.model

    def _reason(self, seen: Seen, now: float) -> str:
        """Return why it has to go down; empty if it has not."""
        slow, busy = self._spells.slow, self._spells.busy
        if slow is not None and now - slow >= self.SLOW:
            return seen.trouble
        if busy is not None and now - busy >= self.BUSY:
            return "busy"
        return ""

    def _has_room(self, seen: Seen, now: float) -> bool:
        """Return whether a better model may be tried."""
        calm = self._spells.calm
        if calm is None or now - calm < self._calm:
            return False
        return seen.idle < 0 or seen.idle >= self.MARGIN * seen.rung.more + self.SPARE


def _usual(rate: float, canvas_rate: float) -> float:
    """Return the rate that a source has, by what was measured."""
    usual = next((one for one in _RATES if rate * _INEXACT <= one), _RATES[-1])
    return min(usual, canvas_rate)
