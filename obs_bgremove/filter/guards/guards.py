# SPDX-License-Identifier: GPL-2.0-or-later
"""Keeps a room guard below each filter of ours, and lets the filter draw what lies below the guard."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from ... import room_guard, scene_files
from ...obs import data, sources
from ...obs.functions import lib
from ...obs.sources import WeakSource
from ...obs.structs import ORDER_INWARDS, ORDER_OUTWARDS
from ...translate import tr
from .plan import Entry, Kind, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The setting of our filter that switches the guard off.
SETTING = "room_guard"


class Guards:
    """The room guards of all sources. ``look_after`` and ``watch`` run on the caretaker's thread.

    Nothing is done inside OBS' own calls that remove and restore filters: the undo stack takes the list of
    filters right after them, and some of them emit no signal. What they change is seen at the next look.
    """

    #: All sources are looked through at every twentieth look, for guards that were copied elsewhere.
    EVERYWHERE = 20

    def __init__(self) -> None:
        self._watched: dict[int, WeakSource] = {}
        self._looks = 0
        #: Sources with a guard and without a filter of ours. OBS may just be loading them: the guard goes
        #: only if it is still alone at the next look.
        self._alone: set[int] = set()
        #: Whether the filter with that handle is a guard; forgotten at every look.
        self._known: dict[int, bool] = {}
        self._changing = threading.Lock()

    # --- graphics thread ----------------------------------------------------------------

    def below(self, target: int | None) -> int | None:
        """Return what a filter draws whose target in OBS is ``target``: that, or what is below the guard."""
        while target:
            is_guard = self._known.get(target)
            if is_guard is None:
                is_guard = self._known[target] = _kind(target) is Kind.GUARD
            if not is_guard:
                break
            target = lib.obs_filter_get_target(target)
        return target

    # --- the caretaker's thread ---------------------------------------------------------

    def watch(self, source: int) -> None:
        """Look after a source from now on."""
        before = self._watched.get(source)
        if before:
            with before.held() as there:
                if there:
                    return
            # It is gone, and another source has its address.
            before.release()
        self._watched[source] = WeakSource(source)

    @property
    def arriving(self) -> bool:
        """Whether the next look should be soon."""
        return bool(self._alone)

    def look_after(self) -> None:
        """Do what is to be done about every source that has, or had, a filter of ours."""
        self._known = {}
        if self._looks % self.EVERYWHERE == 0:
            self._find_guards()
        self._looks += 1
        for handle, weak in list(self._watched.items()):
            with weak.held() as source:
                if source:
                    self._settle(source)
            if not source:
                del self._watched[handle]
                self._alone.discard(handle)
                weak.release()

    def _find_guards(self) -> None:
        for source in sources.with_filter(room_guard.KIND):
            with source.held() as handle:
                if handle and any(one.kind is Kind.GUARD for one in _filters(handle)):
                    self.watch(handle)
            source.release()

    # --- any thread ---------------------------------------------------------------------

    def added(self, source: int, handle: int, later: Callable[[], None]) -> None:
        """Give a filter of ours its guard inside the call that adds it to its source.

        OBS' window Filters selects what is added last: so that is our filter, and its page is shown.
        """
        if _kind(handle) is Kind.OURS:
            self.follow(source, later)

    def follow(self, source: int, later: Callable[[], None]) -> None:
        """Do what is to be done about one source, at once; call ``later`` if another thread is at it."""
        if self._changing.acquire(blocking=False):
            try:
                self._do(source)
            finally:
                self._changing.release()
        else:
            # Not waited for: the other thread may be in a signal of OBS that waits for this one.
            later()

    def _settle(self, source: int) -> None:
        with self._changing:
            self._do(source)

    def _do(self, source: int) -> None:
        with sources.filters_of(source) as handles:
            entries = [_entry(handle) for handle in handles]
            wanted = plan(entries)
            alone = wanted.remove and not any(one.kind is Kind.OURS for one in entries)
            if alone and source not in self._alone:
                self._alone.add(source)
                return
            self._alone.discard(source)
            for handle in wanted.remove:
                lib.obs_source_filter_remove(source, handle)
                self._known = {}
            if wanted.above is None:
                return
            with contextlib.ExitStack() as made:
                guard = wanted.guard or made.enter_context(_added(source))
                _close(guard)
                _name(guard)
                _move(source, guard, wanted.above)
                if bool(lib.obs_source_enabled(guard)) != wanted.closed:
                    lib.obs_source_set_enabled(guard, wanted.closed)

    def release(self) -> None:
        """Forget all sources; the guards stay where they are."""
        for weak in self._watched.values():
            weak.release()
        self._watched.clear()


def _kind(handle: int) -> Kind:
    kind = sources.kind_of(handle)
    if kind == scene_files.FILTER:
        return Kind.OURS
    if kind == room_guard.KIND:
        with data.of_source(handle) as settings:
            return Kind.GUARD if data.read(settings, room_guard.MARK, False) else Kind.OTHER
    return Kind.OTHER


def _entry(handle: int) -> Entry:
    kind, guarded = _kind(handle), True
    if kind is Kind.OURS:
        with data.of_source(handle) as settings:
            guarded = bool(data.read(settings, SETTING, True))
    return Entry(handle, kind, bool(lib.obs_source_enabled(handle)), guarded)


def _filters(source: int) -> list[Entry]:
    with sources.filters_of(source) as handles:
        return [_entry(handle) for handle in handles]


@contextlib.contextmanager
def _added(source: int) -> Iterator[int]:
    """Add a guard, still open, to a source and give its handle, held inside the ``with``."""
    name = tr(room_guard.NAME)
    with data.created({**room_guard.SETTINGS, room_guard.GIVEN: name}) as settings:
        guard = lib.obs_source_create_private(room_guard.VERSIONED_KIND.encode(), name.encode(), settings)
    try:
        # OBS puts it above all others: closed, it would hide the picture until it is in its place.
        lib.obs_source_set_enabled(guard, False)
        lib.obs_source_filter_add(source, guard)
        yield int(guard)
    finally:
        lib.obs_source_release(guard)


def _close(guard: int) -> None:
    """Undo what somebody changed on the guard's page."""
    with data.of_source(guard) as settings:
        opaque = bool(data.read(settings, "opacity", 0.0))
    if opaque:
        with data.created(room_guard.SETTINGS) as settings:
            lib.obs_source_update(guard, settings)


def _name(guard: int) -> None:
    """Let the guard have its name of today, in OBS' language, unless the user has given it another one."""
    name = tr(room_guard.NAME)
    with data.of_source(guard) as settings:
        given = data.read(settings, room_guard.GIVEN, "") or room_guard.FORMER_NAME
        if given != name and given == sources.name_of(guard):
            data.write(settings, {room_guard.GIVEN: name})
            lib.obs_source_set_name(guard, name.encode())


def _move(source: int, guard: int, above: int) -> None:
    """Move the guard directly below the filter ``above``.

    OBS moves by steps, which leave out the filters that work on a camera's frames before they are drawn.
    """
    with sources.filters_of(source) as handles:
        most = len(handles) + 1
    for _step in range(most):
        with sources.filters_of(source) as handles:
            if guard not in handles or above not in handles:
                return
            steps = handles.index(above) - handles.index(guard)
        if steps == 1:
            return
        lib.obs_source_filter_set_order(source, guard, ORDER_OUTWARDS if steps > 1 else ORDER_INWARDS)
