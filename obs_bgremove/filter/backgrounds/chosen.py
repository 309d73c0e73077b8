# SPDX-License-Identifier: GPL-2.0-or-later
"""The background that a filter shows, and how a new one takes its place without a gap."""

from __future__ import annotations

import contextlib
import queue
from typing import TYPE_CHECKING

from .background import Background
from .making import key

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..options.settings import Settings


class ChosenBackground:
    """The background that the settings of one filter ask for.

    It is shown on the graphics thread. Another thread, the one that looks after the filters, makes, changes
    and frees it, because OBS decodes a picture where its source is made.
    """

    def __init__(self, settings: Settings, make: Callable[[Settings], Background]) -> None:
        """``make`` returns a new background."""
        self._make = make
        self._settings = self._made_for = settings
        self._newest = make(settings)
        self._shown = Background()
        # Whole objects are handed from thread to thread; none of them ever waits for another.
        self._next: queue.SimpleQueue[Background] = queue.SimpleQueue()
        self._next.put(self._newest)
        self._old: queue.SimpleQueue[Background] = queue.SimpleQueue()

    def choose(self, settings: Settings) -> None:
        """Note which background is wanted (any thread); ``look_after`` makes it."""
        self._settings = settings

    def show(self) -> Background:
        """Return the newest background, which is seen from now on (graphics thread)."""
        # In nearly all frames there is none.
        while not self._next.empty():
            with contextlib.suppress(queue.Empty):
                newer = self._next.get_nowait()
                # Not released here: that may take time.
                newer.follow(self._shown)
                self._old.put(self._shown)
                self._shown = newer
        self._shown.set_showing(True)
        return self._shown

    def rest(self) -> None:
        """Note that nobody sees the source for now (the thread that looks after the filters).

        If the source is drawn at the same moment, its next frame wakes the background again.
        """
        self._shown.set_showing(False)

    def look_after(self, parent: int | None) -> str:
        """Make the background that is wanted; return what is wrong with it as a sentence, or nothing.

        ``parent``: the filtered source.
        """
        _release_all(self._old)
        before, self._made_for = self._made_for, self._settings
        if key(before) != key(self._made_for) or self._newest.missing():
            self._newest = self._make(self._made_for)
            # While the source is not drawn nobody takes what was put there.
            _release_all(self._next)
            self._next.put(self._newest)
        elif before != self._made_for:
            self._newest.adjust(self._made_for)
        return self._newest.problem(parent) if parent else ""

    def release(self) -> None:
        """Give everything back."""
        _release_all(self._next)
        _release_all(self._old)
        self._shown.release()


def _release_all(waiting: queue.SimpleQueue[Background]) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            waiting.get_nowait().release()
