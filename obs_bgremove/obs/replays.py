# SPDX-License-Identifier: GPL-2.0-or-later
"""Drawings that are made again from a list of calls.

From frame to frame nearly all calls of a pass are the same. So the calls of a drawing are recorded when it is
first made, and after that they are made from the list. That costs a fraction of the time. It is also one
step for Python: it does not give the GIL to another thread between two calls.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from .functions import lib
from .graphics import RenderTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Result = TypeVar("Result")


class _Recorded(NamedTuple):
    calls: list[partial[Any]]
    result: Any


class Replays:
    """The recorded drawings of one filter. Used with the graphics context entered."""

    #: Of these many drawings the calls are kept. A filter has a few, for each of the pictures under way.
    MOST = 160

    def __init__(self) -> None:
        self._recorded: dict[Hashable, _Recorded] = {}
        self._changes = RenderTarget.changes

    def draw(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """Return what ``make`` returns, and draw what it draws.

        It must draw and return the same each time that ``key`` is the same: the key has all that it depends
        on, handles of textures included. It may draw with functions named gs_... only, and must not run the
        code of a source.
        """
        if self._changes != RenderTarget.changes:
            # A texture that a list draws into or reads may be gone.
            self._recorded.clear()
            self._changes = RenderTarget.changes
        recorded = self._recorded.get(key)
        if recorded is None:
            return self._record(key, make)
        # All in C: a loop in Python would let other threads take the GIL between two calls.
        deque(map(partial.__call__, recorded.calls), maxlen=0)
        return cast("Result", recorded.result)

    def _record(self, key: Hashable, make: Callable[[], Result]) -> Result:
        with lib.recorded() as calls:
            result = make()
        if self._changes == RenderTarget.changes:
            if len(self._recorded) >= self.MOST:
                self._recorded.clear()
            self._recorded[key] = _Recorded(calls, result)
        return result
