# SPDX-License-Identifier: GPL-2.0-or-later
"""Owners of references to OBS sources, and questions about sources."""

from __future__ import annotations

import contextlib
from ctypes import c_int
from typing import TYPE_CHECKING

from . import data, log
from .functions import lib
from .structs import (
    SOURCE_ASYNC,
    SOURCE_CUSTOM_DRAW,
    SOURCE_VIDEO,
    SPACE_709_EXTENDED,
    SPACE_SRGB,
    SPACE_SRGB_16F,
    EnumFilters,
    EnumSources,
    EnumTree,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class PrivateSource:
    """A source of OBS' own kinds that only we know of (``obs_source_create_private``)."""

    def __init__(self, kind: str, name: str, settings: Mapping[str, data.Value]) -> None:
        with data.created(settings) as values:
            self._handle: int | None = lib.obs_source_create_private(kind.encode(), name.encode(), values)
        # What belongs to a background is seen, never heard.
        lib.obs_source_set_muted(self._handle, True)

    @contextlib.contextmanager
    def held(self) -> Iterator[int | None]:
        """Give the handle, valid inside the ``with``."""
        yield self._handle

    def release(self) -> None:
        """Give the source back (OBS destroys it later, on a thread of its own)."""
        if self._handle:
            lib.obs_source_release(self._handle)
            self._handle = None


class WeakSource:
    """A source of the user's, referenced weakly: it may be deleted any time."""

    def __init__(self, source: int | None) -> None:
        self._weak: int | None = lib.obs_source_get_weak_source(source) if source else None

    @contextlib.contextmanager
    def held(self, *, removed: bool = False) -> Iterator[int | None]:
        """Give the handle, valid inside the ``with``; None if the source is gone.

        ``removed``: give it also if the user has removed it and somebody still holds it.
        """
        found = lib.obs_weak_source_get_source(self._weak) if self._weak else None
        try:
            yield found if found and (removed or not lib.obs_source_removed(found)) else None
        finally:
            if found:
                lib.obs_source_release(found)

    def release(self) -> None:
        """Forget the source."""
        if self._weak:
            lib.obs_weak_source_release(self._weak)
            self._weak = None


class NamedSource(WeakSource):
    """A source or scene of the user's, found by name. Of equal names that of the main canvas counts."""

    def __init__(self, name: str) -> None:
        found: int | None = lib.obs_get_source_by_name(name.encode()) or _scene(name)
        super().__init__(found)
        if found:
            lib.obs_source_release(found)


def name_of(source: int | None) -> str:
    """Return the name of a source; empty for none."""
    name: bytes = (lib.obs_source_get_name(source) if source else None) or b""
    return name.decode(errors="replace")


def kind_of(source: int) -> str:
    """Return the kind of a source as OBS knows it, without a version; empty for none."""
    kind: bytes = lib.obs_source_get_unversioned_id(source) or b""
    return kind.decode(errors="replace")


def draw_target(target: int, parent: int) -> None:
    """Draw a filter's target as OBS' own filters do.

    An ordinary source that is the filter's parent has to be drawn from inside an effect
    pass (image sources draw nothing otherwise); the others bring an effect of their own.
    """
    flags = lib.obs_source_get_output_flags(parent) if target == parent else SOURCE_CUSTOM_DRAW
    if not flags & (SOURCE_CUSTOM_DRAW | SOURCE_ASYNC):
        lib.obs_source_default_render(target)
        return
    # A camera's or a video's values need not become linear and sRGB-encoded again on their
    # way into a texture; OBS counts their alpha as not linear either.
    linear = lib.gs_set_linear_srgb(not flags & SOURCE_ASYNC)
    lib.obs_source_video_render(target)
    lib.gs_set_linear_srgb(linear)


#: The colour spaces that we can draw (C only reads them).
_SPACES = (c_int * 3)(SPACE_SRGB, SPACE_SRGB_16F, SPACE_709_EXTENDED)


def is_hdr(source: int) -> bool:
    """Tell whether a source has light beyond white."""
    space = lib.obs_source_get_color_space(source, len(_SPACES), _SPACES)
    return space not in (SPACE_SRGB, SPACE_SRGB_16F)


def contains(tree: int, source: int) -> bool:
    """Tell whether drawing ``tree`` draws ``source``."""
    if tree == source:
        return True
    found: list[int] = []

    def compare(_parent: int, child: int, _parameter: int | None) -> None:
        if child == source:
            found.append(child)

    lib.obs_source_enum_full_tree(tree, EnumTree(compare), None)
    return bool(found)


@contextlib.contextmanager
def filters_of(source: int) -> Iterator[list[int]]:
    """Give the handles of a source's filters, from the source outwards; they are held inside the ``with``."""
    held: list[int] = []

    def collect(_parent: int, found: int, _parameter: int | None) -> None:
        one = lib.obs_source_get_ref(found)
        if one:
            held.append(one)

    lib.obs_source_enum_filters(source, EnumFilters(collect), None)
    try:
        yield held
    finally:
        for one in held:
            lib.obs_source_release(one)


def _each_filter(action: Callable[[int, int], bool]) -> None:
    """Call ``action(source, filter)`` for each filter of all sources and scenes, until it returns False."""
    wanted = [True]

    def compare(parent: int, one: int, _parameter: int | None) -> None:
        wanted[0] = wanted[0] and action(parent, one)

    on_filter = EnumFilters(compare)

    def look(_parameter: int | None, source: int) -> bool:
        lib.obs_source_enum_filters(source, on_filter, None)
        return wanted[0]

    # The scenes of all canvases are among them.
    lib.obs_enum_all_sources(EnumSources(look), None)


def with_filter(kind: str) -> list[WeakSource]:
    """Return the sources and scenes that have a filter of a kind; they are to be released."""
    found: list[WeakSource] = []
    wanted = kind.encode()

    def note(parent: int, one: int) -> bool:
        if lib.obs_source_get_unversioned_id(one) == wanted:
            found.append(WeakSource(parent))
        return True

    _each_filter(note)
    return found


@contextlib.contextmanager
def parent_of(wanted: int) -> Iterator[int | None]:
    """Give the source that a filter is on, None if it is on none (any thread; both are held meanwhile).

    Only addresses are compared: unlike ``obs_filter_get_parent`` this is safe while the filter or
    the source may be deleted on another thread.
    """
    held: list[int] = []

    def compare(parent: int, found: int) -> bool:
        if found == wanted:
            held.extend(one for one in map(lib.obs_source_get_ref, (parent, found)) if one)
        return not held

    _each_filter(compare)
    try:
        yield held[0] if len(held) == 2 else None
    finally:
        for one in held:
            lib.obs_source_release(one)


def video_source_names() -> list[str]:
    """Return the names of all scenes and sources that have a picture, sorted, scenes first."""
    names: list[str] = []

    def collect(_parameter: int | None, source: int) -> bool:
        try:
            if lib.obs_source_get_output_flags(source) & SOURCE_VIDEO:
                names.append(name_of(source))
        except Exception:  # noqa: BLE001 - an exception must not cross C
            log.exception("listing sources")
        return True

    lib.obs_enum_sources(EnumSources(collect), None)
    return sorted(_scene_names(), key=str.casefold) + sorted(names, key=str.casefold)


def _scene_names() -> set[str]:
    names: set[str] = set()

    def collect(scene: int) -> bool:
        names.add(name_of(scene))
        return True

    _each_scene(collect)
    return names


def _scene(name: str) -> int | None:
    """Return a reference to a scene of any canvas, None if there is none of that name."""
    found: list[int] = []

    def compare(scene: int) -> bool:
        one = lib.obs_source_get_ref(scene) if name_of(scene) == name else None
        if one:
            found.append(one)
        return not found

    _each_scene(compare)
    return found[0] if found else None


def _each_scene(action: Callable[[int], bool]) -> None:
    """Call ``action(scene)`` for the scenes of all canvases until it returns False."""

    def look(_parameter: int | None, source: int) -> bool:
        try:
            # Private are the copies that studio mode shows.
            if kind_of(source) == "scene" and not lib.obs_obj_is_private(source):
                return action(source)
        except Exception:  # noqa: BLE001 - an exception must not cross C
            log.exception("listing scenes")
        return True

    # "obs_enum_scenes" knows those of the main canvas only.
    lib.obs_enum_all_sources(EnumSources(look), None)
