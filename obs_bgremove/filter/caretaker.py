# SPDX-License-Identifier: GPL-2.0-or-later
"""The thread that looks after the living filters: it does what may take time."""

from __future__ import annotations

import contextlib
import queue
from typing import TYPE_CHECKING, Protocol

from ..link import own_thread
from ..obs import log

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence


class LookedAfter(Protocol):
    """A filter, as the caretaker sees it."""

    @property
    def arriving(self) -> bool:
        """Whether OBS has not put it on its source yet."""

    def look_after(self) -> None:
        """Do what may take time."""


class Caretaker:
    """Looks after the living filters twice a second and when it is woken."""

    #: Seconds that the worker outlives the last filter.
    KEEP_WORKER = 20
    #: Seconds between two looks at the filters; and while OBS has not put a new one on its source yet.
    PERIOD, SOON = 0.5, 0.05

    def __init__(self, living: Callable[[], Sequence[LookedAfter]]) -> None:
        """``living`` returns the filters that exist."""
        self._living = living
        self._beside: Sequence[LookedAfter] = ()
        self._ending = False
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Look after the filters now (any thread; it never waits)."""
        self._wakes.put(None)

    def start(self, without_filters: Callable[[], None], beside: Sequence[LookedAfter] = ()) -> None:
        """Begin. ``without_filters`` is called when there was no filter for ``KEEP_WORKER`` seconds.

        ``beside``: what is looked after, too, when all filters have been.
        """
        self._beside = beside
        self._thread = own_thread.start("obs_bgremove", self._look_after, without_filters)

    def end(self) -> None:
        """End, after the look that is under way."""
        self._ending = True
        self.wake()
        if self._thread:
            self._thread.join()

    def _look_after(self, without_filters: Callable[[], None]) -> None:
        idle, period = 0, self.PERIOD
        while True:
            with contextlib.suppress(queue.Empty):
                self._wakes.get(timeout=period)
                while True:  # one look will do
                    self._wakes.get_nowait()
            if self._ending:
                return
            living = self._living()
            idle = 0 if living else idle + 1
            if idle == self.KEEP_WORKER / self.PERIOD:
                without_filters()
            looked_after = [*living, *self._beside]
            for one in looked_after:
                try:
                    one.look_after()
                except Exception:  # noqa: BLE001 - the other filters need the thread
                    log.exception("looking after a filter")
            period = self.SOON if any(one.arriving for one in looked_after) else self.PERIOD
