# SPDX-License-Identifier: GPL-2.0-or-later
"""The frame clock: counts OBS' frames and calls listeners once in each, on the graphics thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import log
from .functions import lib
from .structs import Tick

if TYPE_CHECKING:
    from collections.abc import Callable


class FrameClock:
    """``number`` is the OBS frame that is being made now.

    ``video_render`` may run several times in one frame (preview, projector, studio mode);
    comparing with ``number`` tells the first run from the others.
    """

    def __init__(self, on_frame: Callable[[], None]) -> None:
        self.number = 0
        self._on_frame = on_frame
        self._callback = Tick(self._tick)
        self._running = False
        self._logged = False

    def start(self) -> None:
        """Begin to count."""
        if not self._running:
            self._running = True
            lib.obs_add_tick_callback(self._callback, None)

    def stop(self) -> None:
        """Stop for good before Python ends; no tick runs after this returns."""
        if self._running:
            self._running = False
            lib.obs_remove_tick_callback(self._callback, None)

    def _tick(self, _parameter: int | None, _seconds: float) -> None:
        self.number += 1
        try:
            self._on_frame()
        except Exception:  # noqa: BLE001 - an exception must not cross C
            if not self._logged:
                self._logged = True
                log.exception("frame clock")
