# SPDX-License-Identifier: GPL-2.0-or-later
"""Helps OBS to clear its scenes, at its end and before it shows another scene collection.

OBS (28 to 32.2 at least) walks through its scenes, removes each, and then reads the address of the next scene
from the removed one (``obs_canvas_enum_scenes``). The thread that destroys sources may have freed that one
already. Then the walk ends too early, OBS logs "Not all sources were cleared", and crashes or leaks at its
end. A busy machine makes it likely. While somebody holds the sources, none is freed. OBS asks all who hold
one to release it at the event SCENE_COLLECTION_CLEANUP, which follows the walk.
"""

from __future__ import annotations

from . import frontend
from .functions import lib
from .structs import (
    FRONTEND_EVENT_COLLECTION_CHANGED,
    FRONTEND_EVENT_COLLECTION_CHANGING,
    FRONTEND_EVENT_COLLECTION_CLEANUP,
    FRONTEND_EVENT_EXIT,
    FRONTEND_EVENT_SCRIPTING_SHUTDOWN,
    SOURCE_TYPE_INPUT,
    SOURCE_TYPE_SCENE,
    EnumSources,
)

_BEGINS = (FRONTEND_EVENT_COLLECTION_CHANGING, FRONTEND_EVENT_SCRIPTING_SHUTDOWN)
#: The second and third come where OBS did not clear anything after all.
_ENDS = (FRONTEND_EVENT_COLLECTION_CLEANUP, FRONTEND_EVENT_COLLECTION_CHANGED, FRONTEND_EVENT_EXIT)


class Clearing:
    """Holds all scenes and sources while OBS clears them (UI thread)."""

    def __init__(self) -> None:
        self._held: list[int] = []

    def watch(self) -> None:
        """Do so from now on. What is registered later is called while nothing is held yet."""
        frontend.on_event(self._event)

    def _event(self, number: int) -> None:
        if number in _BEGINS and not self._held:
            self._held = _hold_all()
        elif number in _ENDS:
            held, self._held = self._held, []
            for source in held:
                lib.obs_source_release(source)


def _hold_all() -> list[int]:
    """Return references to all scenes (those of other canvases, too) and sources, without filters."""
    held: list[int] = []

    def hold(_parameter: int | None, source: int) -> bool:
        if lib.obs_source_get_type(source) in (SOURCE_TYPE_INPUT, SOURCE_TYPE_SCENE):
            found = lib.obs_source_get_ref(source)
            if found:
                held.append(found)
        return True

    lib.obs_enum_all_sources(EnumSources(hold), None)
    return held
