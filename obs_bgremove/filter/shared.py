# SPDX-License-Identifier: GPL-2.0-or-later
"""What all filters of this OBS share: the worker, the frame clock, the compiled shaders."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from ..link import variables
from ..link.client import Client
from ..obs import graphics_card, log
from ..obs.functions import lib
from ..obs.switch_interval import SwitchInterval
from .guards.guards import Guards
from .passes.shaders import ShaderCache
from .sound.microphones import Microphones

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..link.channel import Channel
    from ..obs.clock import FrameClock
    from .health import LastFrame
    from .report.status import Status


class Shared:
    """Handed to each filter when it is made."""

    def __init__(self, clock: FrameClock, wake: Callable[[], None]) -> None:
        """``wake`` lets the filters be looked after now (any thread; it never waits)."""
        self.clock = clock
        self.wake = wake
        self.client = Client(log=log.info)
        self.shaders = ShaderCache()
        self.guards = Guards()
        self.microphones = Microphones()
        #: The filtered sources whose pictures are being made at this moment, innermost last (graphics context
        #: entered). Drawn once more inside that, OBS would draw them bare: the room would be the background.
        self.being_drawn: list[int] = []
        #: How many copies of the script the scene collection lists. OBS keeps a list for each collection. If
        #: the one that it starts with lists none, it does not know the filter.
        self.copies_listed = 0
        #: The last frame of each filter.
        self.last_frames: list[LastFrame] = []
        #: Tells other programs that a filter's condition has changed (any thread).
        self.announce: Callable[[Status], None] = lambda _status: None
        self._interval = SwitchInterval()
        self._starting = threading.Lock()
        self._channels = 0

    def open_channel(self) -> Channel:
        """Return a way to the worker, which is started if it does not run."""
        with self._starting:
            self._channels += 1
            self._interval.shorten()
            if variables.CARD not in self.client.environment:
                # A user who wants another card has set the variable for OBS.
                self.client.environment[variables.CARD] = (
                    os.environ.get(variables.CARD) or graphics_card.name()
                )
            self.client.start()
            return self.client.open()

    def close_channel(self, channel: Channel) -> None:
        """Give a channel back."""
        channel.close()
        with self._starting:
            self._channels -= 1
            self._interval.restore()

    def rest(self) -> None:
        """End the worker if there is no filter that needs it."""
        with self._starting:
            if not self._channels:
                self.client.stop()

    @staticmethod
    def frame_seconds() -> float:
        """Return the seconds between two OBS frames."""
        return float(lib.obs_get_frame_interval_ns()) / 1e9

    def close(self) -> None:
        """End the worker and free the shaders, before Python ends."""
        self.client.stop()
        self.guards.release()
        self.shaders.free()
