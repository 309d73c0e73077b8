# SPDX-License-Identifier: GPL-2.0-or-later
"""Listens to OBS' frontend (the program with the windows, as opposed to libobs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import log
from .functions import lib
from .structs import FRONTEND_EVENT_EXIT, FRONTEND_EVENT_SCRIPTING_SHUTDOWN, FrontendEvent

if TYPE_CHECKING:
    from collections.abc import Callable

_kept: list = []


def on_exit(action: Callable[[], None]) -> None:
    """Call ``action`` (UI thread) once when OBS closes: settings are saved, Python still runs.

    That is before the sources go, but for an OBS that closes while it must not save, as when it has just
    begun to load: of these events it then sends the last one alone.
    """
    waiting = [action]

    def event(number, _parameter):
        if number in (FRONTEND_EVENT_SCRIPTING_SHUTDOWN, FRONTEND_EVENT_EXIT) and waiting:
            try:
                waiting.pop()()
            except Exception:
                log.exception("shutting down")

    callback = FrontendEvent(event)
    _kept.append(callback)
    lib.obs_frontend_add_event_callback(callback, None)
