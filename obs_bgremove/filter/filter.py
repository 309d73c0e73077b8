# SPDX-License-Identifier: GPL-2.0-or-later
"""The background filter: one object per filter that a streamer has added. OBS calls its methods.

``render`` and ``update`` run on the graphics thread (OBS puts off changes of the settings until its
next frame) and never wait. ``properties`` runs on the UI thread. ``look_after`` runs on a thread of
our own, twice a second and when it is woken, and does what may take time (reading pictures, asking
for files, writing the log). What they share is replaced as a whole, so that none waits for another.
"""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING

from .. import scene_files
from ..obs import data, registration, ui_thread
from ..obs.functions import lib
from .backgrounds.chosen import ChosenBackground
from .backgrounds.making import make
from .effort.effort import Effort
from .frames.capture import Target
from .health import Health
from .lifetime import Lifetime
from .options import page, subjects
from .options.arrangement import FOLDS, NEXT, REMEDY, SUITING, turn, unfolded
from .options.open_page import OpenPage
from .options.remedies import REMEDIES
from .options.settings import Settings
from .passes.geometry import Size
from .renderer import Renderer
from .report.problems import Problem
from .sound.in_step import InStep
from .wardrobe import Wardrobe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .report.status import Status
    from .shared import Shared

#: The settings that name a source of the user's.
_NAMES_OF_SOURCES = ("background_source", "microphone")


class BackgroundFilter:
    """Implements ``obs.registration.VideoFilter``, and is looked after by a ``Caretaker``."""

    def __init__(self, source: int, settings: int, shared: Shared) -> None:
        """``source`` is the filter's handle in OBS, ``settings`` its settings object."""
        self._source = source
        self._settings = Settings.read(settings)
        self._shared = shared
        self._channel = shared.open_channel()
        self._effort = Effort(1 / shared.frame_seconds())
        self._request_model()
        self._background = ChosenBackground(self._settings, partial(make, being_drawn=shared.being_drawn))
        self._page = OpenPage()
        self._wardrobe = Wardrobe(self._channel, self._change)
        self._lifetime = Lifetime(source, shared.guards, shared.wake, self._page.stale, self._wardrobe)
        self._health = Health(source, shared, self._channel, self._lifetime)
        self._in_step = InStep(shared.microphones)
        self._renderer = Renderer(shared, self._channel, self._background, self._health)

    def registered(self) -> None:
        """Have the hotkeys bound before OBS saves the scene collection without their keys."""
        self._shared.wake()

    def _request_model(self) -> None:
        settings = self._settings
        allowance = self._effort.allowance(settings.machine_share)
        self._channel.request(settings.model, settings.device, allowance)

    # --- settings -----------------------------------------------------------------------

    def update(self, settings: int) -> None:
        """Take over changed settings."""
        self._settings = Settings.read(settings)
        self._request_model()
        self._background.choose(self._settings)
        self._page.touched()
        self._shared.wake()

    def properties(self) -> int:
        """Return the properties page."""
        # What OBS keeps: the filter itself learns of a change only in the next frame.
        with data.of_source(self._source) as values:
            page.show_lists(values, dict(subjects.offered(self._shared.client.models)))
            status = self._status()
            self._page.built(status, self._in_step.seconds)
            return page.build(status, values, self._shared.client)

    def press(self, button: str, page_handle: int) -> None:
        """Do what a button of the page is for (UI thread, in a call of the page: so the filter lives)."""
        if button == NEXT:
            self._lifetime.next_background()
            return
        if button in FOLDS:
            with data.of_source(self._source) as values:
                turn(button, page_handle, values)
            return
        if button == SUITING:
            with data.of_source(self._source) as values:
                self._wardrobe.accept(Settings.read(values))
            return
        status = self._status()
        if button == REMEDY and status.remedy:
            self._change(REMEDIES[status.remedy].values)
        else:
            self._page.built(status, self._in_step.seconds)
            page.show_status(page_handle, status)

    def next_background(self) -> None:
        """Show the next background (any thread)."""
        with self._lifetime.alive() as alive:
            if alive:
                self._lifetime.next_background()

    def change(self, values: Mapping[str, data.Value]) -> None:
        """Change settings (any thread)."""
        with self._lifetime.alive() as alive:
            if alive:
                self._change(values)

    def follow(self, before: str, now: str) -> None:
        """Take over the name of a source that was renamed, wherever a setting names it (any thread)."""
        with self._lifetime.alive() as alive:
            if not alive:
                return
            with data.of_source(self._source) as values:
                settings = Settings.read(values)
            changed = {name: now for name in _NAMES_OF_SOURCES if getattr(settings, name) == before}
            if changed:
                self._change(changed)

    def _change(self, values: Mapping[str, data.Value]) -> None:
        with data.created(values) as changed:
            lib.obs_source_update(self._source, changed)
        self._page.stale()
        self._shared.wake()

    # --- graphics thread ----------------------------------------------------------------

    def render(self) -> None:
        """Draw the person on the new background; if there is no alpha, the background alone."""
        target, parent = self._target(), lib.obs_filter_get_parent(self._source)
        if not target or not parent:
            return
        size = Size(lib.obs_source_get_base_width(target), lib.obs_source_get_base_height(target))
        if all(size):
            self._lifetime.remember(parent)
            self._renderer.render(Target(self._target, parent, size), self._settings)

    def color_space(self, wanted: list[int]) -> int:
        """Return the colour space to draw in: HDR if the source is in HDR and it is wanted."""
        return self._renderer.color_space(self._target() or 0, wanted)

    def _target(self) -> int | None:
        """Return the handle of what the filter draws; None if there is nothing."""
        return self._shared.guards.below(lib.obs_filter_get_target(self._source))

    # --- our own thread -----------------------------------------------------------------

    def look_after(self) -> None:
        """Find out what is wrong, log it once, and try what may have become possible."""
        self._lifetime.bind()
        with self._lifetime.alive() as alive:
            if not alive:
                return
            self._lifetime.act()
            self._wardrobe.look_after(self._settings, self._health.idle)
            if self._health.idle:
                self._background.rest()
            else:
                self._effort.look(self._health.seen(), self._settings.machine_share, time.monotonic())
                self._request_model()
            with self._lifetime.parent() as parent:
                background = self._background.look_after(parent)
            self._keep_in_step()
            self._health.outfit = self._wardrobe.sentence(self._settings)
            clothes = self._wardrobe.problem(self._settings)
            self._health.beside = [Problem(background, "preset"), clothes, self._in_step.problem]
            status = self._status()
            if self._health.changes(status):
                self._shared.announce(status)
            self._keep_page_true(status)

    def _keep_page_true(self, status: Status) -> None:
        with data.of_source(self._source) as values:
            advanced = "advanced" in unfolded(values)
        shown = status, self._in_step.seconds
        outdated = self._page.outdated(*shown)
        if outdated or self._page.numbers_outdated(*shown, unfolded=advanced):
            done = partial(self._page.built, *shown)
            ui_thread.build_page_again(self._source, done, can_wait=not outdated)

    def _keep_in_step(self) -> None:
        works = bool(lib.obs_source_enabled(self._source)) and self._lifetime.is_on_its_source()
        self._in_step.look(self._settings.microphone, works, self._health.delay_seconds(), time.monotonic())

    @property
    def arriving(self) -> bool:
        """Whether OBS has created it a moment ago and not put it on its source yet."""
        return self._lifetime.arriving

    def status(self) -> Status | None:
        """Return how the filter is doing (any thread); None if it is destroyed."""
        with self._lifetime.alive() as alive:
            return self._status() if alive else None

    def _status(self) -> Status:
        return self._health.status(self._settings, self._renderer.exchange)

    # --- end ----------------------------------------------------------------------------

    def destroyed(self) -> None:
        """Free everything. OBS frees the source right after this, so nobody may still be asking it."""
        self._lifetime.end()
        # What fails keeps none of the others from being freed. The last one comes first.
        with contextlib.ExitStack() as ending:
            ending.callback(self._renderer.free)
            ending.callback(self._lifetime.release)
            ending.callback(self._background.release)
            ending.callback(self._shared.close_channel, self._channel)
            ending.callback(self._health.forget)
            ending.callback(self._in_step.end)


class BackgroundFilters:
    """Implements ``obs.registration.FilterType``: what stands in OBS' list of filters."""

    ID = scene_files.FILTER
    NAME = "Background Removal"

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def defaults(self, settings: int) -> None:
        """Write the default settings into an OBS settings object."""
        Settings.write_defaults(settings)

    def create(self, source: int, settings: int) -> BackgroundFilter:
        """Return a new filter; ``source`` is its handle in OBS."""
        return BackgroundFilter(source, settings, self._shared)


def living() -> list[BackgroundFilter]:
    """Return the filters that exist now."""
    return [one for one in registration.living() if isinstance(one, BackgroundFilter)]
