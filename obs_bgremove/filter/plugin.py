# SPDX-License-Identifier: GPL-2.0-or-later
"""Starts and ends the whole: called by the script that OBS loads."""

from __future__ import annotations

import contextlib
import queue
import threading

from ..obs import data, frontend, log, registration
from ..obs.functions import lib
from ..obs.vendor import Vendor
from .filter import BackgroundFilter
from .shared import shared


class Plugin:
    """Registers the filter once for the life of OBS, and looks after the living filters."""

    #: Seconds that the worker outlives the last filter.
    KEEP_WORKER = 20
    #: Seconds between two looks at the filters; and while OBS has not put a new one on its source yet.
    PERIOD, SOON = 0.5, 0.05

    def __init__(self):
        self._started = False
        self._ending = False
        self._wakes: queue.SimpleQueue = queue.SimpleQueue()

    def start(self) -> None:
        """Start; after the first call (OBS reloads the script, or changes the scene collection) all runs."""
        shared.listed = True
        if self._started:
            return
        self._started = True
        registration.register(BackgroundFilter)
        shared.on_frame = self._on_frame
        shared.wake = self._wake
        shared.clock.start()
        self._vendor = Vendor("obs_bgremove")
        self._vendor.answer("get_status", self._answer_status)
        self._thread = threading.Thread(target=self._look_after, name="obs_bgremove", daemon=True)
        self._thread.start()
        frontend.on_exit(self._end)
        version = lib.obs_get_version()
        log.info(f"ready in OBS {version >> 24}.{version >> 16 & 255}.{version & 65535}")

    def unlisted(self) -> None:
        """Take note that the script was taken off OBS' list, where it stays unless ``start`` follows."""
        shared.listed = False

    def _on_frame(self) -> None:
        for one in registration.living():
            one.tick()

    def _wake(self) -> None:
        self._wakes.put(None)

    def _look_after(self) -> None:
        idle, period = 0, self.PERIOD
        while True:
            with contextlib.suppress(queue.Empty):
                self._wakes.get(timeout=period)
                while True:  # one look will do
                    self._wakes.get_nowait()
            if self._ending:
                return
            living = registration.living()
            idle = 0 if living else idle + 1
            if idle == self.KEEP_WORKER / self.PERIOD:
                shared.rest()
            for one in living:
                try:
                    one.look_after()
                except Exception:
                    log.exception("looking after a filter")
            period = self.SOON if any(one.arriving for one in living) else self.PERIOD

    @staticmethod
    def _answer_status(_asked: int, response: int) -> None:
        statuses = [one.status() for one in registration.living()]
        data.write_list(response, "filters", [status.values() for status in statuses if status])

    def _end(self) -> None:
        """Leave nothing behind that OBS could call after Python has ended."""
        self._ending = True
        self._wake()
        self._thread.join()
        self._vendor.close()
        registration.shut_down()
        shared.close()


plugin = Plugin()
