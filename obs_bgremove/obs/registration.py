# SPDX-License-Identifier: GPL-2.0-or-later
"""Registers a type of video filter with libobs, and passes OBS' callbacks on to Python objects.

OBS cannot unregister a source type, and every filter copies the pointers of its callbacks.
So the ctypes objects below live as long as the process, in this module, which OBS' "reload
script" does not execute again.

Three rules keep OBS alive when Python ends before the last filter does:

- ``destroy`` is libobs' own ``bfree`` on a handle made with ``bmalloc``, so destroying a
  filter never needs Python. Python hears of it through the source's "destroy" signal.
- no ``video_tick``: OBS would call it on every filter until the very end. The frame clock
  reads OBS' own counters (``clock.py``).
- when scripting shuts down, ``shut_down`` takes every living filter off its source.
"""

from __future__ import annotations

import ctypes
import threading
from typing import TYPE_CHECKING, Protocol

from . import log
from .functions import address_of, lib
from .structs import (
    SOURCE_SRGB,
    SOURCE_TYPE_FILTER,
    SOURCE_VIDEO,
    SPACE_SRGB,
    TASK_GRAPHICS,
    Create,
    GetColorSpace,
    GetDefaults,
    GetName,
    GetProperties,
    Signal,
    SourceInfoPrefix,
    Update,
    VideoRender,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class VideoFilter(Protocol):
    """One filter on one source: what OBS calls."""

    def registered(self) -> None:
        """Begin: from now on it is among the ``living`` (any thread)."""

    def properties(self) -> int:
        """Return a new properties object."""

    def press(self, button: str, page: int) -> None:
        """Do what a button of the properties page is for (UI thread)."""

    def update(self, settings: int) -> None:
        """Take over changed settings (graphics thread, as a rule)."""

    def render(self) -> None:
        """Draw (graphics thread, or another that holds the graphics context)."""

    def color_space(self, wanted: list[int]) -> int:
        """Return the colour space that it draws in, one of those wanted if possible (graphics thread)."""

    def destroyed(self) -> None:
        """Free everything (any thread, graphics context not entered)."""


class FilterType(Protocol):
    """A type of filter, as it stands in OBS' list; makes the filters."""

    ID: str
    NAME: str

    def defaults(self, settings: int) -> None:
        """Write the default settings into an OBS settings object."""

    def create(self, source: int, settings: int) -> VideoFilter:
        """Return a new filter; ``source`` is its handle in OBS."""


#: The registry that OBS forces on us, for the life of the process: the living filters (source, filter) by
#: their handle, and what the callbacks of each registered type need.
_living: dict[int, tuple[int, VideoFilter]] = {}
_callbacks: dict[str, tuple[object, ...]] = {}
#: What Python keeps for a thread: it has an attribute where that is kept between two callbacks.
_thread = threading.local()


def register(filter_type: FilterType) -> None:
    """Register a type of video filter; a second time does nothing."""
    if filter_type.ID in _callbacks:
        return
    guard = _guarded(filter_type.ID)
    name = ctypes.create_string_buffer(filter_type.NAME.encode())

    def create(settings: int, source: int) -> int:
        # If our own code fails, OBS must not get NULL: it would draw the bare camera. A
        # handle without a living filter draws nothing.
        handle: int = lib.bmalloc(8)
        try:
            made = filter_type.create(source, settings)
        except Exception:  # noqa: BLE001 - an exception must not cross C
            log.exception("creating a filter")
            return handle
        _living[handle] = (source, made)
        lib.signal_handler_connect(lib.obs_source_get_signal_handler(source), b"destroy", _on_destroy, handle)
        made.registered()
        return handle

    info = SourceInfoPrefix(
        id=filter_type.ID.encode(),
        type=SOURCE_TYPE_FILTER,
        output_flags=SOURCE_VIDEO | SOURCE_SRGB,
        get_name=GetName(lambda _type_data: ctypes.addressof(name)),
        create=Create(create),
        destroy=address_of("bfree"),
        get_defaults=GetDefaults(guard(filter_type.defaults)),
        get_properties=GetProperties(guard(_properties)),
        update=Update(guard(_update)),
        video_render=VideoRender(guard(_render)),
        video_get_color_space=GetColorSpace(guard(_color_space, SPACE_SRGB)),
    )
    lib.obs_register_source_s(ctypes.addressof(info), ctypes.sizeof(info))
    _callbacks[filter_type.ID] = (info, name)


def living() -> list[VideoFilter]:
    """Return the filters that exist now."""
    return [made for _source, made in list(_living.values())]


def find(handle: int) -> VideoFilter | None:
    """Return the filter with this handle (the result of OBS' ``create`` callback), if it exists."""
    living = _living.get(handle)
    return living[1] if living else None


def shut_down() -> None:
    """Take every filter off its source and destroy it, so that OBS never calls Python again.

    Its source is switched off first (the settings are saved by now), or the last frames of a
    recording would show the room.

    Something else may still hold a filter, such as the undo stack. Such a filter is on no source any more,
    so OBS never calls it again, and its ``destroy`` is C.
    """
    # First wait for the filters that OBS destroys on a thread of its own.
    lib.obs_wait_for_destroy_queue()
    for source, _made in list(_living.values()):
        parent = lib.obs_filter_get_parent(source)
        if parent:
            lib.obs_source_set_enabled(parent, False)
            lib.obs_source_filter_remove(parent, source)
    lib.obs_wait_for_destroy_queue()
    for handle, (source, made) in list(_living.items()):
        handler = lib.obs_source_get_signal_handler(source)
        lib.signal_handler_disconnect(handler, b"destroy", _on_destroy, handle)
        _end(handle, made)


def _destroyed(handle: int, _calldata: int | None) -> None:
    living = _living.get(handle)
    if living:
        _end(handle, living[1])


_on_destroy = Signal(_destroyed)


def _properties(handle: int) -> int | None:
    living = _living.get(handle)
    return living[1].properties() if living else None


def _update(handle: int, settings: int) -> None:
    living = _living.get(handle)
    if living:
        living[1].update(settings)


def _keep_thread() -> None:
    """Have Python keep what it has for OBS' graphics thread.

    That is no thread of Python's, so it would make all of it at each callback and free it after that: objects
    of its own, and pages of the system's. It is freed at Python's end. (When OBS begins another graphics
    thread, because its video settings have changed, some 20 kB stay behind. Other threads come and go, and
    draw rarely.)
    """
    if lib.obs_in_task_thread(TASK_GRAPHICS):
        ctypes.pythonapi.PyGILState_Ensure()
        _thread.kept = True


def _render(handle: int, _effect: int | None) -> None:
    if not hasattr(_thread, "kept"):
        _keep_thread()
    living = _living.get(handle)
    if living:
        living[1].render()


def _color_space(handle: int, count: int, wanted: Sequence[int]) -> int:
    living = _living.get(handle)
    return living[1].color_space(list(wanted[:count])) if living else SPACE_SRGB


def _end(handle: int, made: VideoFilter) -> None:
    _living.pop(handle, None)
    try:
        made.destroyed()
    except Exception:  # noqa: BLE001 - an exception must not cross C
        log.exception("destroying a filter")


def _guarded(where: str) -> Callable[..., Callable[..., object]]:
    """Return a decorator for callbacks: an exception must not cross C, so it is logged, once each.

    A render callback that fails draws nothing, sixty times a second: the same text is not
    repeated.
    """
    logged: set[str] = set()

    def decorate(function: Callable[..., object], failed: object = None) -> Callable[..., object]:
        def guarded(*arguments: object) -> object:
            try:
                return function(*arguments)
            except Exception as error:  # noqa: BLE001 - an exception must not cross C
                if repr(error) not in logged:
                    logged.add(repr(error))
                    log.exception(where)
                return failed

        return guarded

    return decorate
