# SPDX-License-Identifier: GPL-2.0-or-later
"""Starts and ends the whole: called by the script that OBS loads."""

from __future__ import annotations

from .. import translate
from ..obs import frontend, log, registration
from ..obs.clearing import Clearing
from ..obs.clock import FrameClock
from ..obs.functions import lib
from ..obs.signals import Additions, Renames
from . import script_list
from .caretaker import Caretaker
from .filter import BackgroundFilters, living
from .remote import Remote
from .script_page import ScriptPage
from .shared import Shared


class Plugin:
    """Registers the filter once for the life of OBS, and ends everything before Python ends."""

    def __init__(self) -> None:
        self._started = False
        self._caretaker = Caretaker(living)
        self._clearing = Clearing()
        self._shared = Shared(FrameClock(), self._caretaker.wake)
        #: What OBS shows under Tools > Scripts.
        self.page = ScriptPage(living)

    def start(self) -> None:
        """Start everything, once. OBS calls it again when it reloads the script or changes the collection."""
        self._shared.copies_listed += 1
        if self._started:
            return
        self._started = True
        translate.use(frontend.locale())
        registration.register(BackgroundFilters(self._shared))
        shared = self._shared
        self._remote = Remote(living)
        shared.announce = self._remote.announce
        self._caretaker.start(without_filters=shared.rest, beside=(shared.guards, shared.microphones))
        self._clearing.watch()
        self._renames = Renames(_follow)
        self._additions = Additions(self._added)
        frontend.on_preload(script_list.complete)
        frontend.on_exit(self._end)
        frontend.on_exit(script_list.heal)
        version = lib.obs_get_version()
        log.info(f"ready in OBS {version >> 24}.{version >> 16 & 255}.{version & 65535}")

    def unlisted(self) -> None:
        """Note that OBS does not list a copy of the script any more, unless ``start`` follows."""
        self._shared.copies_listed = max(0, self._shared.copies_listed - 1)

    def _added(self, source: int, handle: int) -> None:
        self._shared.guards.added(source, handle, self._shared.wake)

    def _end(self) -> None:
        """Leave nothing behind that OBS could call after Python has ended."""
        self._caretaker.end()
        self._renames.release()
        self._additions.release()
        self._remote.close()
        self.page.end()
        registration.shut_down()
        self._shared.close()


def _follow(before: str, now: str) -> None:
    for one in living():
        one.follow(before, now)


#: The registry that OBS forces on us: a source type cannot be unregistered, so its filters outlive a reload
#: of the script, and must find the same things.
plugin = Plugin()
