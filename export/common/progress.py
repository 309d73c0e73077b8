# SPDX-License-Identifier: GPL-2.0-or-later
"""Progress on stderr: a bar on a terminal, a line per step elsewhere."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


def say(sentence: str) -> None:
    """Print one line to stderr."""
    print(sentence, file=sys.stderr, flush=True)


class Bar:
    """A progress bar with a known end; as a context manager it ends its line.

    >>> with Bar("mediapipe", 35_600_000, unit="MB", scale=1e6) as bar:
    ...     bar.at(12_000_000)
    """

    def __init__(
        self, title: str, end: int, unit: str = "", scale: float = 1, stream: TextIO | None = None
    ) -> None:
        self._title, self._end, self._unit, self._scale = title, max(end, 1), unit, scale
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._said = -1

    def at(self, position: int) -> None:
        """Show that ``position`` of ``end`` is reached."""
        share = min(position / self._end, 1.0)
        # Without a terminal (a log, an installer's pipe) a line each quarter is enough.
        step = int(share * 100) if self._terminal else int(share * 4) * 25
        if step == self._said:
            return
        self._said = step
        digits = 1 if self._scale > 1 else 0
        done, end = (f"{value / self._scale:.{digits}f}" for value in (share * self._end, self._end))
        blocks = "#" * int(share * 30)
        line = f"{self._title} [{blocks:<30}] {step:3d} %  {done} / {end} {self._unit}".rstrip()
        self._stream.write(f"\r{line}" if self._terminal else f"{line}\n")
        self._stream.flush()

    def __enter__(self) -> Bar:
        self.at(0)
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal:
            self._stream.write("\n")
            self._stream.flush()


class Growth:
    """Shows how the files below a directory grow: the progress of a client that has no bar for pipes."""

    def __init__(self, directory: Path, bar: Bar) -> None:
        self._directory, self._bar = directory, bar
        self._before = size_below(directory)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Growth:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.2):
            self._bar.at(size_below(self._directory) - self._before)


def size_below(directory: Path) -> int:
    """Return the size in bytes of all files below ``directory``; those that vanish meanwhile count 0."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                total += Path(folder, name).stat().st_size
            except OSError:
                continue
    return total
