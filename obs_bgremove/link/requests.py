# SPDX-License-Identifier: GPL-2.0-or-later
"""What the filters want from the worker that runs now: their rings are asked for, handed out, given back."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, NamedTuple

from ..translate import in_english, tr
from . import patience
from .layout import LayoutError
from .memory import MemoryProblem, open_place
from .messages import Allow, Chosen, CloseRing, Loading, OpenRing, Outfit, RingFailed, RingOpened, Shun, Watch
from .ring import Ring

if TYPE_CHECKING:
    from collections.abc import Callable

    from .channel import Channel
    from .process import Process


#: Seconds for which a ring that was replaced is still answered: the frames in it are shown, too.
_FAREWELL = 1.0


class _Leaving(NamedTuple):
    """A ring that was replaced. ``number``: what to close then; None if another ring has that number now."""

    ring: Ring
    number: int | None
    until: float


class Requests:
    """The channels of all filters. Of the supervisor's thread."""

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self._channels: list[Channel] = []
        self._numbers = itertools.count(1)
        self._process: Process | None = None
        self._avoid: tuple[str, ...] = ()
        #: Rings whose model is being loaded, or has a better device coming: the last word about each.
        self._loading: dict[int, Loading] = {}
        self._leaving: list[_Leaving] = []

    @property
    def loading(self) -> bool:
        """Whether the worker loads a model now, as far as it has said."""
        return bool(self._loading)

    def loads(self, device: str = "") -> set[str]:
        """Return what the worker is loading now (on a device)."""
        return {one.load for one in self._loading.values() if device in ("", one.device) and one.load}

    def load_of(self, ring: int) -> str:
        """Return what was loaded last for a ring; empty if nothing is known."""
        return self._loading[ring].load if ring in self._loading else ""

    def connect(self, process: Process, avoid: tuple[str, ...] = (), shun: tuple[str, ...] = ()) -> None:
        """Ask a new process for what every channel wants.

        ``avoid``: devices that it is not to use; ``shun``: what it is not to load.
        """
        self._process, self._avoid = process, avoid
        self._loading = {}
        if shun:
            process.send(Shun(shun))
        for channel in self._channels:
            self._ask(channel)

    def disconnect(self) -> None:
        """Retire all rings: the process has ended, or is about to."""
        self._process = None
        for leaving in self._leaving:
            leaving.ring.retire()
        self._leaving = []
        for channel in self._channels:
            _retire(channel)
            channel.live = channel.pending = channel.asked = channel.watched = channel.outfit = None

    def look_at(self, channel: Channel) -> None:
        """Do what a channel that has changed wants now."""
        if channel.closed:
            self._close(channel)
        else:
            if channel not in self._channels:
                self._channels.append(channel)
            self._ask(channel)
            self._watch(channel)

    def retry_failed(self) -> None:
        """Ask again for what failed: the catalogue has changed."""
        for channel in self._channels:
            if channel.pending is None and channel.problem:
                channel.asked = None
                self._ask(channel)

    def retry_in_time(self) -> None:
        """Ask again for what failed some time ago and left a filter without a ring."""
        now = time.monotonic()
        for channel in self._channels:
            problem = channel.problem
            idle = channel.pending is None and channel.ring is None
            if problem and idle and now - channel.failed_at > patience.FAILED:
                channel.asked, channel.failed_at = None, now
                self._ask(channel, problem)

    def let_go(self) -> None:
        """Give back the rings that were replaced some time ago."""
        now = time.monotonic()
        for leaving in self._leaving:
            if leaving.until <= now:
                leaving.ring.retire()
                self._give_back(leaving.number)
        self._leaving = [leaving for leaving in self._leaving if leaving.until > now]

    # --- what the worker says ------------------------------------------------------------

    def on_loading(self, message: Loading) -> None:
        """Note that a ring's model is being loaded."""
        for channel in self._channels:
            # Of a ring that was given back meanwhile nothing more would be said, also not its end.
            if message.ring in (channel.pending, channel.live):
                self._loading[message.ring] = message
                channel.note = message.note

    def on_opened(self, message: RingOpened) -> None:
        """Hand a ring to its channel."""
        number = message.ring
        if message.settled:
            self._loading.pop(number, None)
        outlet = self._process.outlet if self._process else None
        if outlet is None:
            return
        try:
            # Opened in any case: that removes its name.
            ring = Ring(open_place(message.place), message.model, message.device, outlet.wake)
        except (MemoryProblem, LayoutError) as problem:
            self._give_back(number)
            self.on_failed(RingFailed(number, str(problem)))
            return
        channel = next((one for one in self._channels if number in (one.pending, one.live)), None)
        if channel is None:
            self._give_back(number)
            return
        replaced = None
        if number == channel.pending:
            replaced = channel.live
            channel.live, channel.pending = number, None
        before, channel.ring = channel.ring, ring
        if before is not None:
            self._leaving.append(_Leaving(before, replaced, time.monotonic() + _FAREWELL))
        else:
            self._give_back(replaced)
        channel.problem, channel.note, channel.rung = "", message.note, message.rung
        channel.settled = message.settled
        self._watch(channel)
        self._log(f"{ring.model} runs on {ring.device}. {in_english(channel.note)}".rstrip())

    def on_said(self, message: Chosen | Outfit) -> None:
        """Note that a ring stays as it is, and why; or what the person in it wears."""
        if isinstance(message, Chosen) and message.settled:
            self._loading.pop(message.ring, None)
        for channel in self._channels:
            if isinstance(message, Outfit):
                if message.ring == channel.watched:
                    channel.outfit = message
            elif message.ring == channel.live:
                channel.note, channel.rung = message.note, message.rung

    def on_failed(self, message: RingFailed) -> None:
        """Note that there is no such ring, or no more."""
        self._loading.pop(message.ring, None)
        for channel in self._channels:
            if message.ring == channel.pending:
                channel.pending = None
            elif message.ring == channel.live:
                channel.live = None
                _retire(channel)
            else:
                continue
            channel.note = ""
            if channel.problem != message.problem:
                self._log(in_english(message.problem))
            channel.problem, channel.failed_at = message.problem, time.monotonic()

    # --- what is said to the worker ------------------------------------------------------

    def _ask(self, channel: Channel, problem: str = "") -> None:
        """Ask the worker for the ring that the channel wants, unless it was asked for already.

        ``problem`` stands until it is known to be over. Another thread may read it at any time.
        """
        if self._process is None or channel.wanted is None or channel.wanted == channel.asked:
            return
        number = channel.live if channel.pending is None else channel.pending
        if number is not None and channel.wanted.same_but_allowance(channel.asked):
            channel.asked = channel.wanted
            self._process.send(Allow(number, channel.wanted.allowance))
            return
        self._give_back(channel.pending)
        channel.asked = channel.wanted
        channel.pending = next(self._numbers)
        channel.settled = False
        channel.problem, channel.note = problem, ""
        model, device, allowance = channel.asked
        try:
            self._process.send(OpenRing(channel.pending, model, device, self._avoid, allowance))
        except ValueError:
            channel.pending = None
            channel.problem = tr(
                "The name of the model is too long: give its folder a shorter name, or choose another model."
            )

    def _watch(self, channel: Channel) -> None:
        """Ask for what the person in the live ring wears, or no longer, unless that was said already."""
        watched = channel.live if channel.watching else None
        if self._process is None or watched == channel.watched:
            return
        # A ring that was replaced is closed soon, and with it its looks.
        if watched is not None:
            self._process.send(Watch(watched, wanted=True))
        elif channel.watched is not None and channel.watched == channel.live:
            self._process.send(Watch(channel.watched, wanted=False))
        channel.watched = watched
        if watched is None:
            channel.outfit = None

    def _give_back(self, number: int | None) -> None:
        if number is None:
            return
        self._loading.pop(number, None)
        if self._process is not None:
            self._process.send(CloseRing(number))

    def _close(self, channel: Channel) -> None:
        if channel not in self._channels:
            return
        self._channels.remove(channel)
        for number in (channel.live, channel.pending):
            self._give_back(number)
        _retire(channel)
        channel.live = channel.pending = channel.watched = None


def _retire(channel: Channel) -> None:
    ring, channel.ring = channel.ring, None
    if ring is not None:
        ring.retire()
