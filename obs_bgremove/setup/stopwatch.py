# SPDX-License-Identifier: GPL-2.0-or-later
"""How long each part of the installation took."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..translate import tr

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stopwatch:
    """Measures parts by name (to be translated); a part that is entered twice is added up."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Measure what runs inside of this context."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0.0) + time.monotonic() - began

    def sentence(self) -> str:
        """Return what took how long, in the order of the parts."""
        parts = ", ".join(f"{tr(name)} {seconds:.0f} s" for name, seconds in self._seconds.items())
        return tr(
            "This took {seconds} s: {parts}.", seconds=f"{sum(self._seconds.values()):.0f}", parts=parts
        )
