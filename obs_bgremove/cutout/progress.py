# SPDX-License-Identifier: GPL-2.0-or-later
"""How far a video is: a bar on a terminal, a line for each quarter elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time


class Progress:
    """Written to standard error; as a context manager it ends its line."""

    _WIDTH = 30
    #: Seconds between two changes of what stands on a terminal.
    _OFTEN = 0.2

    def __init__(self, title: str) -> None:
        self._title = title
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._began = time.monotonic()
        self._said_at, self._quarter = 0.0, 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal and self._said_at:
            self._write("\n")

    def at(self, done: float, end: float) -> None:
        """Show how many seconds of the video are done, of ``end`` (0: nobody knows)."""
        now = time.monotonic()
        share = min(done / end, 1.0) if end else 0.0
        if self._terminal and now - self._said_at >= self._OFTEN:
            self._said_at = now
            blocks = f"[{'#' * int(share * self._WIDTH):<{self._WIDTH}}] {share:4.0%} " if end else ""
            left = f", {(now - self._began) * (1 - share) / share:.0f} s left" if share else ""
            self._write(f"\r{self._title} {blocks} {done:.1f} s done{left}  ")
        elif not self._terminal and int(share * 4) > self._quarter:
            self._quarter = int(share * 4)
            self._write(f"{self._title} {self._quarter * 25} %\n")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(text)
            sys.stderr.flush()
