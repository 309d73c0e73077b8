# SPDX-License-Identifier: GPL-2.0-or-later
"""What all filters of this OBS share: the worker, the frame clock, the compiled shaders.

The one piece of global state of the project. OBS forces it on us: a source type cannot be
unregistered, so its filters outlive a reload of the script and must find the same things.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ..link.client import Client
from ..obs import log
from ..obs.clock import FrameClock
from ..obs.functions import lib
from ..obs.graphics import entered
from ..obs.library import ObsError
from .passes import Shaders

if TYPE_CHECKING:
    from ..link.channel import Channel


class Shared:
    """See the module; there is one instance, ``shared``."""

    def __init__(self):
        self.client = Client(log=log.info)
        self._starting = threading.Lock()
        self._channels = 0
        self.clock = FrameClock(self._on_frame)
        self.on_frame = lambda: None
        #: Has the filters looked after now (any thread; never waits).
        self.wake = lambda: None
        #: Whether the scene collection lists the script. OBS keeps a list for each of them, and does not
        #: know the filter when it starts with one that has it not.
        self.listed = True
        self._shaders: Shaders | None = None
        self._shaders_problem = ""

    @property
    def shaders(self) -> Shaders:
        """The compiled effects (graphics context entered)."""
        if self._shaders_problem:
            # Not compiled again in every frame. An exception that was kept would grow with each raise.
            raise ObsError(self._shaders_problem)
        if self._shaders is None:
            try:
                self._shaders = Shaders()
            except ObsError as error:
                self._shaders_problem = str(error)
                raise
        return self._shaders

    def open_channel(self) -> Channel:
        """Return a way to the worker, which is started if it does not run."""
        with self._starting:
            self._channels += 1
            self.client.start()
            return self.client.open()

    def close_channel(self, channel: Channel) -> None:
        """Give a channel back."""
        channel.close()
        with self._starting:
            self._channels -= 1

    def rest(self) -> None:
        """End the worker if there is no filter that needs it."""
        with self._starting:
            if not self._channels:
                self.client.stop()

    @staticmethod
    def frame_seconds() -> float:
        """Seconds between two OBS frames."""
        return lib.obs_get_frame_interval_ns() / 1e9

    def _on_frame(self) -> None:
        self.on_frame()

    def close(self) -> None:
        """End the worker, stop the clock and free the shaders, before Python ends."""
        self.clock.stop()
        self.client.stop()
        if self._shaders:
            with entered():
                self._shaders.free()
            self._shaders = None


shared = Shared()
