# SPDX-License-Identifier: GPL-2.0-or-later
"""Listens to OBS' frontend (the program with the windows, as opposed to libobs)."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import TYPE_CHECKING

from . import log
from .functions import lib
from .library import ObsError
from .structs import FRONTEND_EVENT_EXIT, FRONTEND_EVENT_SCRIPTING_SHUTDOWN, FrontendEvent, FrontendSave

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


def on_preload(action: Callable[[int | None], None]) -> None:
    """Call ``action`` (UI thread) with what modules keep in a scene collection before OBS loads it.

    That is a settings object, None if the collection has none. OBS calls the newest callback first: the
    scripts tool, which was there before us, reads its list afterwards.
    """

    def preload(modules: int | None, _saving: bool, _parameter: int | None) -> None:
        try:
            action(modules)
        except Exception:  # noqa: BLE001 - an exception must not cross C
            log.exception("loading a scene collection")

    callback = FrontendSave(preload)
    _kept.append(callback)
    lib.obs_frontend_add_preload_callback(callback, None)


def scene_folders() -> list[Path]:
    """Return the folders in which this OBS may keep its scene collections (UI thread)."""
    folders = []
    address = lib.obs_frontend_get_current_profile_path()
    if address:
        try:
            profile = Path(ctypes.string_at(address).decode(errors="surrogateescape"))
        finally:
            lib.bfree(address)
        folders.append(profile.parent.parent / "scenes")
    moved = _moved()
    if moved:
        folders.append(Path(moved) / "obs-studio" / "basic" / "scenes")
    return list(dict.fromkeys(folders))


def locale() -> str:
    """Return the language of OBS ("de-DE")."""
    name: bytes = lib.obs_get_locale() or b""
    return name.decode(errors="replace")


def _moved() -> str:
    """Return where OBS 31 and newer keep scene collections; "" if it does not say."""
    try:
        config = lib.obs_frontend_get_app_config()
    except ObsError:
        return ""
    place: bytes | None = config and lib.config_get_string(config, b"Locations", b"SceneCollections")
    return (place or b"").decode(errors="surrogateescape")
