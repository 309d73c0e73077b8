# SPDX-License-Identifier: GPL-2.0-or-later
"""Listens to OBS' frontend (the program with the windows, as opposed to libobs)."""

from __future__ import annotations

from typing import Callable

from . import log
from .functions import lib
from .structs import FRONTEND_EVENT_SCRIPTING_SHUTDOWN, FrontendEvent

_kept: list = []


def on_scripting_shutdown(action: Callable[[], None]) -> None:
    """Call ``action`` (UI thread) when OBS closes: settings are saved, Python still runs."""

    def event(number, _parameter):
        if number == FRONTEND_EVENT_SCRIPTING_SHUTDOWN:
            try:
                action()
            except Exception:
                log.exception("shutting down")

    callback = FrontendEvent(event)
    _kept.append(callback)
    lib.obs_frontend_add_event_callback(callback, None)
