# SPDX-License-Identifier: GPL-2.0-or-later
"""What one filter asks of the worker, and what it got."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .messages import ONLY, USUAL, Allowance, Outfit

if TYPE_CHECKING:
    from collections.abc import Callable

    from .ring import Ring

AUTO = "auto"


class Wish(NamedTuple):
    """What a filter wants; "" or "auto" leave the choice to the worker."""

    model: str
    device: str
    #: For a model that the worker chooses.
    allowance: Allowance

    def same_but_allowance(self, other: Wish | None) -> bool:
        """Whether only the allowance differs, if anything does."""
        return other is not None and self[:2] == other[:2]


class Channel:
    """One filter's way to the worker. Made by ``Client.open``.

    Any thread may call and read everything here; nothing waits. What is read is set, whole
    values at a time, by the client's own thread.
    """

    def __init__(self, changed: Callable[[Channel], None]) -> None:
        self._changed = changed
        self._wanted: Wish | None = None
        self._closed = False
        #: Whether the worker is to say what the person wears.
        self.watching = False
        # Of the client's thread:
        self.ring: Ring | None = None
        self.problem = ""
        #: When that was last said (time.monotonic).
        self.failed_at = 0.0
        self.note = ""
        #: Which of the models that "Automatic" may take it is.
        self.rung = ONLY
        #: Whether the live ring is the best there will be for the request.
        self.settled = False
        #: The numbers of the live ring, and of the one that was asked for and has not come.
        self.live: int | None = None
        self.pending: int | None = None
        #: What the pending or live ring was asked for.
        self.asked: Wish | None = None

        #: What the person wears, as the worker said last; None if it has said nothing yet.
        self.outfit: Outfit | None = None
        #: The ring whose outfit the worker was asked for; None if it was asked for none.
        self.watched: int | None = None

    @property
    def wanted(self) -> Wish | None:
        """What was requested last; None if nothing was, or the channel is closed."""
        return None if self._closed else self._wanted

    @property
    def closed(self) -> bool:
        """Whether the filter has gone."""
        return self._closed

    def request(self, model: str, device: str = AUTO, allowance: Allowance = USUAL) -> None:
        """Ask for a model on a device; "" or "auto" leave the choice to the worker.

        The ring of an earlier request stays until the new one is ready, and is still answered for a moment.
        """
        automatic = model in ("", AUTO)
        wanted = Wish("" if automatic else model, device or AUTO, allowance if automatic else USUAL)
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed(self)

    def watch(self, wanted: bool) -> None:
        """Have the worker say in ``outfit`` what the person wears, or no longer."""
        if wanted != self.watching:
            self.watching = wanted
            self._changed(self)

    def close(self) -> None:
        """Give everything back; the filter is going."""
        if not self._closed:
            self._closed = True
            self._changed(self)
