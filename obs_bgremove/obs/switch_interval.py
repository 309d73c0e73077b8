# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the graphics thread waits for the GIL while another script computes."""

from __future__ import annotations

import sys
import threading


class SwitchInterval:
    """Shortens Python's switch interval while it is needed.

    A thread that wants the GIL waits a whole interval before the thread that has it is asked to give it up.
    Python's own 5 ms are too long for a frame of 16 or 33 ms, in which OBS calls us several times.

    The interval is one value for all scripts of OBS. Scripts that do not compute in threads of their own do
    not notice it. Two threads that compute all the time get a few per cent less done. So it is put back when
    nobody needs it, and it is left alone if somebody else has chosen another one meanwhile.
    """

    #: Seconds.
    SHORT = 0.0003

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before: float | None = None
        self._ours = 0.0

    def shorten(self) -> None:
        """Begin to need it (any thread)."""
        with self._lock:
            self._users += 1
            if self._users == 1 and sys.getswitchinterval() > self.SHORT:
                self._before = sys.getswitchinterval()
                sys.setswitchinterval(self.SHORT)
                # Python rounds it.
                self._ours = sys.getswitchinterval()

    def restore(self) -> None:
        """Need it no more (any thread): once for each ``shorten``."""
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._before is not None:
                if sys.getswitchinterval() == self._ours:
                    sys.setswitchinterval(self._before)
                self._before = None
