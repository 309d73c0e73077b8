# SPDX-License-Identifier: GPL-2.0-or-later
"""What one filter asks of the worker, and what it got."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .ring import Ring

AUTO = "auto"


class Channel:
    """One filter's way to the worker. Made by ``Client.open``.

    Any thread may call and read everything here; nothing waits. What is read is set, whole
    values at a time, by the client's own thread.
    """

    def __init__(self, changed: Callable[[Channel], None]) -> None:
        self._changed = changed
        self._wanted: tuple[str, str] | None = None
        self._closed = False
        # Of the client's thread:
        self.ring: Ring | None = None
        self.problem = ""
        self.note = ""
        #: Whether the live ring is the best there will be for the request.
        self.settled = False
        #: The numbers of the live ring, and of the one that was asked for and has not come.
        self.live: int | None = None
        self.pending: int | None = None
        #: What the pending or live ring was asked for.
        self.asked: tuple[str, str] | None = None

    @property
    def wanted(self) -> tuple[str, str] | None:
        """(model, device) as requested last; None if nothing was, or the channel is closed."""
        return None if self._closed else self._wanted

    @property
    def closed(self) -> bool:
        """Whether the filter has gone."""
        return self._closed

    def request(self, model: str, device: str = AUTO) -> None:
        """Ask for a model on a device; "" or "auto" leave the choice to the worker.

        The ring of an earlier request stays until the new one is ready.
        """
        wanted = ("" if model == AUTO else model, device or AUTO)
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed(self)

    def close(self) -> None:
        """Give everything back; the filter is going."""
        if not self._closed:
            self._closed = True
            self._changed(self)
