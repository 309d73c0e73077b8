# SPDX-License-Identifier: GPL-2.0-or-later
"""The worker's ear: wake-ups and messages from OBS, and the end of OBS at any moment.

Where pipes can be polled (Linux, macOS) the main thread itself waits for them: a picture is
begun without a detour through another thread, which would cost it 40 to 130 microseconds.
Windows cannot wait for a pipe and something else at once; there a thread reads.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

from ...link.messages import Lines

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 65536


class _PolledInlet:
    """For the main thread; ``poke`` from any thread."""

    def __init__(self, source: int, gone: Callable[[], NoReturn]) -> None:
        self._source = source
        self._gone = gone
        self._lines = Lines()
        self._poked, self._poke = os.pipe()
        os.set_blocking(self._poke, False)
        self._poll = select.poll()
        self._poll.register(source, select.POLLIN)
        self._poll.register(self._poked, select.POLLIN)
        threading.Thread(target=self._watch, name="hang-up", daemon=True).start()

    def _watch(self) -> None:
        # No event asked for: only the other end's closing is reported, whatever waits to be read.
        hang_up = select.poll()
        hang_up.register(self._source, 0)
        hang_up.poll()
        self._gone()

    def poke(self) -> None:
        """Let ``receive`` return."""
        # A full pipe is enough to return for.
        with contextlib.suppress(BlockingIOError):
            os.write(self._poke, b"\0")

    def receive(self, wait: bool) -> list[bytes]:
        """Return the lines that have come; with ``wait``, not before something comes or pokes."""
        lines: list[bytes] = []
        for descriptor, _event in self._poll.poll(None if wait else 0):
            data = os.read(descriptor, _CHUNK)
            if descriptor == self._source:
                if not data:
                    self._gone()
                lines += self._lines.feed(data)
        return lines


class _ReadInlet:
    """The same with a thread that reads."""

    def __init__(self, source: int, gone: Callable[[], NoReturn]) -> None:
        self._source = source
        self._gone = gone
        self._arrived: queue.SimpleQueue[list[bytes]] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="reader", daemon=True).start()

    def _read(self) -> None:
        lines = Lines()
        while True:
            try:
                data = os.read(self._source, _CHUNK)
            except OSError:
                data = b""
            if not data:
                self._gone()
            complete = lines.feed(data)
            # Something that waits already wakes the main thread just as well.
            if complete or self._arrived.empty():
                self._arrived.put(complete)

    def poke(self) -> None:
        """Let ``receive`` return."""
        self._arrived.put([])

    def receive(self, wait: bool) -> list[bytes]:
        """Return the lines that have come; with ``wait``, not before something comes or pokes."""
        lines: list[bytes] = []
        while wait or not self._arrived.empty():
            lines += self._arrived.get()
            wait = False
        return lines


Inlet: type[_ReadInlet] | type[_PolledInlet] = _ReadInlet if sys.platform == "win32" else _PolledInlet
