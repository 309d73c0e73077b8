# SPDX-License-Identifier: GPL-2.0-or-later
"""Pairs each picture with the alpha that was computed from it, and chooses the pair that is shown.

It knows nothing of the GPU: the caller decides what a frame's picture is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from .delay import Delay

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable


#: What the caller puts into a frame as its picture.
P = TypeVar("P")


@dataclass(eq=False)
class Frame(Generic[P]):
    """One drawn picture of the source on its way to the viewer."""

    serial: int
    #: The OBS frame in which it was drawn.
    drawn_at: int
    picture: P
    #: Whether its alpha is there.
    ready: bool = False


class Pairing(Generic[P]):
    """The frames under way, oldest first. ``recycle`` gets each picture that is no longer needed."""

    def __init__(self, recycle: Callable[[P], None]) -> None:
        self.delay = Delay()
        self.matched = True
        self._recycle = recycle
        self._frames: list[Frame[P]] = []
        self._shown: Frame[P] | None = None

    def add(self, frame: Frame[P]) -> None:
        """Take a frame that was just drawn."""
        self._frames.append(frame)

    def alpha_ready(self, serial: int, now: int) -> Frame[P] | None:
        """Note that the alpha of a frame has come; return the frame, or None if it was given up."""
        for frame in self._frames:
            if frame.serial == serial and not frame.ready:
                frame.ready = True
                self.delay.observe(now - frame.drawn_at)
                return frame
        return None

    def choose(self, now: int) -> tuple[Frame[P] | None, Frame[P] | None]:
        """Return the frame whose picture, and the frame whose alpha is shown in OBS frame ``now``.

        Matched, they are the same frame: the newest ready one that is at least as old as the
        delay. With lowest latency the picture is the newest one, the alpha the newest there is;
        when that is older than alphas usually become, both stand still: an old alpha would show
        parts of the room in a new picture.
        """
        limit = now - self.delay.frames if self.matched else now
        for frame in reversed(self._frames):
            if frame.ready and frame.drawn_at <= limit:
                self._shown = frame
                break
        shown = self._shown
        if shown is None:
            return None, None
        while self._frames[0] is not shown:
            self._recycle(self._frames.pop(0).picture)
        newest = self._frames[-1]
        if self.matched or newest.drawn_at - shown.drawn_at > 2 * (self.delay.frames + 1):
            return shown, shown
        return newest, shown

    def prune(self, in_work: int, handed_over: int, elsewhere: Container[int] = ()) -> None:
        """Give up the frames that cannot get an alpha any more.

        The worker takes the newest frame, so of those handed over and not ready only the one
        it has in work and the newest two can (two: it may be taking one right now).
        ``elsewhere``: serials of frames that another model still answers.
        """
        self._give_up(
            [
                frame
                for frame in self._frames
                if not frame.ready
                and frame.serial < handed_over - 1
                and frame.serial != in_work
                and frame.serial not in elsewhere
            ]
        )

    def reset(self) -> None:
        """Give up all frames; none of them is shown any more."""
        self._shown = None
        self._give_up(self._frames[:])

    def hide(self, older_than: int) -> None:
        """Show none of the ready frames any more, and give up those drawn before ``older_than``.

        After a stall the picture comes back with a fresh frame, not with one from before.
        """
        self._shown = None
        self._give_up([frame for frame in self._frames if frame.ready or frame.drawn_at < older_than])

    @property
    def newest(self) -> Frame[P] | None:
        """The frame that was drawn last."""
        return self._frames[-1] if self._frames else None

    def forget_alphas(self) -> None:
        """Give up the frames that wait for an alpha: the worker that had them is gone."""
        self._give_up([frame for frame in self._frames if not frame.ready])

    def _give_up(self, frames: Iterable[Frame[P]]) -> None:
        for frame in frames:
            self._frames.remove(frame)
            self._recycle(frame.picture)
