# SPDX-License-Identifier: GPL-2.0-or-later
"""The background that a filter shows, and how a new one takes its place without a gap."""

from __future__ import annotations

import contextlib
import queue

from . import backgrounds
from .settings import Settings


class Backdrop:
    """One filter's background: chosen on the UI thread, shown on the graphics thread, freed on a third."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._shown = backgrounds.Background()
        # Whole objects are handed from thread to thread; none of them ever waits for another.
        self._next: queue.SimpleQueue = queue.SimpleQueue()
        self._next.put(backgrounds.make(settings))
        self._old: queue.SimpleQueue = queue.SimpleQueue()

    def choose(self, settings: Settings) -> None:
        """Make the background anew if the settings ask for another one."""
        before, self._settings = self._settings, settings
        if backgrounds.key(before) != backgrounds.key(settings):
            self._next.put(backgrounds.make(settings))

    def show(self) -> backgrounds.Background:
        """Return the newest background, which is seen from now on (graphics thread)."""
        with contextlib.suppress(queue.Empty):
            while True:
                newer = self._next.get_nowait()
                # Not released here: another thread may just be asking it what is wrong.
                self._old.put(self._shown)
                self._shown = newer
        self._shown.set_showing(True)
        return self._shown

    def rest(self) -> None:
        """Nobody sees it for now."""
        self._shown.set_showing(False)

    def look_after(self, parent: int | None) -> str:
        """Return what is wrong as a sentence, or nothing; may take time. ``parent``: the filtered source."""
        problem = self._shown.problem(parent) if parent else ""
        _release_all(self._old)
        # While the source is not drawn nobody takes what is put there.
        if self._shown.stale and self._next.empty():
            self._next.put(backgrounds.make(self._settings))
            self._shown.stale = False
        return problem

    def release(self) -> None:
        """Give everything back."""
        _release_all(self._next)
        _release_all(self._old)
        self._shown.release()


def _release_all(waiting: queue.SimpleQueue) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            waiting.get_nowait().release()
