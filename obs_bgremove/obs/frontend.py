# SPDX-License-Identifier: GPL-2.0-or-later
"""Listens to OBS' frontend (the program with the windows, as opposed to libobs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import log
from .functions import lib
from .structs import FRONTEND_EVENT_EXIT, FRONTEND_EVENT_SCRIPTING_SHUTDOWN, FrontendEvent

if TYPE_CHECKING:
    from collections.abc import Callable

#: OBS keeps the pointers of the callbacks for the life of the process.
_kept: list[object] = []


def on_event(action: Callable[[int], None]) -> None:
    """Call ``action`` (UI thread) with the number of each event, for the life of the process.

    OBS calls what was registered last first.
    """

    def event(number: int, _parameter: int | None) -> None:
        try:
            action(number)
        except Exception:  # noqa: BLE001 - an exception must not cross C
            log.exception(f"event {number} of OBS")

    callback = FrontendEvent(event)
    _kept.append(callback)
    lib.obs_frontend_add_event_callback(callback, None)


def on_exit(action: Callable[[], None]) -> None:
    """Call ``action`` (UI thread) once when OBS closes: settings are saved, Python still runs.

    That is before the sources are destroyed. An OBS that closes while it must not save (it has just begun to
    load) sends the last of these events only.
    """
    waiting = [action]

    def event(number: int) -> None:
        if number in (FRONTEND_EVENT_SCRIPTING_SHUTDOWN, FRONTEND_EVENT_EXIT) and waiting:
            waiting.pop()()

    on_event(event)
