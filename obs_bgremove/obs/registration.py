# SPDX-License-Identifier: GPL-2.0-or-later
"""Registers a video filter with libobs, and leads its callbacks to Python objects.

OBS cannot unregister a source type, and every filter copies the pointers of its callbacks.
So the ctypes objects below live as long as the process, in this module, which OBS' "reload
script" does not execute anew.

Three rules keep OBS alive when Python ends before the last filter does:

- ``destroy`` is libobs' own ``bfree`` on a handle made with ``bmalloc``, so destroying a
  filter never needs Python. Python hears of it through the source's "destroy" signal.
- no ``video_tick``: OBS would call it on every filter until the very end. The frame clock
  is one tick callback that can be removed (``clock.py``).
- when scripting shuts down, ``shut_down`` takes every living filter off its source.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Protocol

from . import log
from .functions import address_of, lib
from .structs import (
    SOURCE_SRGB,
    SOURCE_TYPE_FILTER,
    SOURCE_VIDEO,
    SPACE_SRGB,
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
    from collections.abc import Callable


class VideoFilter(Protocol):
    """What a registered class offers; ``source`` is the handle of the filter in OBS."""

    ID: str
    NAME: str

    def __init__(self, source: int, settings: int): ...

    def registered(self) -> None:
        """Begin: from now on it is among the ``living`` (any thread)."""

    @staticmethod
    def defaults(settings: int) -> None:
        """Write the default settings."""

    def properties(self) -> int:
        """Return a new properties object."""

    def tell(self, page: int) -> None:
        """Show how it is doing on a properties page that is open."""

    def update(self, settings: int) -> None:
        """Take over changed settings (graphics thread, as a rule)."""

    def render(self) -> None:
        """Draw (graphics thread, or another that holds the graphics context)."""

    def color_space(self, wanted: list[int]) -> int:
        """Return the colour space that it draws in, best one of those wanted (graphics thread)."""

    def destroyed(self) -> None:
        """Free everything (any thread, graphics context not entered)."""


#: What OBS forces on us: the living filters by their handle in OBS, and the callbacks.
_living: dict[int, tuple[int, VideoFilter]] = {}
_callbacks: dict[str, tuple] = {}


def register(filter_class: type[VideoFilter]) -> None:
    """Register the class as a video filter; a second time does nothing."""
    if filter_class.ID in _callbacks:
        return
    guard = _guarded(filter_class.ID)
    name = ctypes.create_string_buffer(filter_class.NAME.encode())

    def create(settings, source):
        # Should our own code fail, OBS must not get NULL: it would draw the bare camera. A
        # handle without a living filter draws nothing.
        handle = lib.bmalloc(8)
        try:
            made = filter_class(source, settings)
        except Exception:
            log.exception("creating a filter")
            return handle
        _living[handle] = (source, made)
        lib.signal_handler_connect(lib.obs_source_get_signal_handler(source), b"destroy", _on_destroy, handle)
        made.registered()
        return handle

    info = SourceInfoPrefix(
        id=filter_class.ID.encode(),
        type=SOURCE_TYPE_FILTER,
        output_flags=SOURCE_VIDEO | SOURCE_SRGB,
        get_name=GetName(lambda _type_data: ctypes.addressof(name)),
        create=Create(create),
        destroy=address_of("bfree"),
        get_defaults=GetDefaults(guard(lambda settings: filter_class.defaults(settings))),
        get_properties=GetProperties(guard(_properties)),
        update=Update(guard(_update)),
        video_render=VideoRender(guard(_render)),
        video_get_color_space=GetColorSpace(guard(_color_space, SPACE_SRGB)),
    )
    lib.obs_register_source_s(ctypes.addressof(info), ctypes.sizeof(info))
    _callbacks[filter_class.ID] = (info, name)


def living() -> list[VideoFilter]:
    """Return the filters that exist now."""
    return [made for _source, made in list(_living.values())]


def find(handle: int) -> VideoFilter | None:
    """Return the filter that ``create`` answered with this handle, if it exists."""
    living = _living.get(handle)
    return living[1] if living else None


def shut_down() -> None:
    """Part OBS from Python for good: every filter is taken off its source and destroyed.

    Its source is switched off first (the settings are saved by now), or the last frames of a
    recording would show the room.

    A filter that something else still holds (the undo stack, say) lives on as a husk: it is
    on no source any more, so OBS never calls it again, and its ``destroy`` is C.
    """
    # What is being destroyed on OBS' thread for that is gone before we look at the rest.
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


@Signal
def _on_destroy(handle, _calldata):
    living = _living.get(handle)
    if living:
        _end(handle, living[1])


def _properties(handle):
    living = _living.get(handle)
    return living[1].properties() if living else None


def _update(handle, settings):
    living = _living.get(handle)
    if living:
        living[1].update(settings)


def _render(handle, _effect):
    living = _living.get(handle)
    if living:
        living[1].render()


def _color_space(handle, count, wanted):
    living = _living.get(handle)
    return living[1].color_space(wanted[:count]) if living else SPACE_SRGB


def _end(handle: int, made: VideoFilter) -> None:
    _living.pop(handle, None)
    try:
        made.destroyed()
    except Exception:
        log.exception("destroying a filter")


def _guarded(where: str) -> Callable[[Callable], Callable]:
    """Return a decorator for callbacks: an exception must not cross C, so it is logged, once each.

    A render callback that fails draws nothing, sixty times a second: the same text is not
    repeated.
    """
    said: set[str] = set()

    def decorate(function, failed=None):
        def guarded(*arguments):
            try:
                return function(*arguments)
            except Exception as error:
                if repr(error) not in said:
                    said.add(repr(error))
                    log.exception(where)
                return failed

        return guarded

    return decorate
