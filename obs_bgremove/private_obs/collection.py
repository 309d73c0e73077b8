# SPDX-License-Identifier: GPL-2.0-or-later
"""Scene collections as Python data, in the layout of OBS' own ``basic/scenes/*.json``.

Every function returns a plain dictionary. Standard library only.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

#: An object of JSON in such a file: a source, a filter, a scene's item, a collection.
Entry = dict[str, Any]


def source(kind: str, name: str, settings: Entry, filters: Sequence[Entry] = (), **fields: object) -> Entry:
    """Return a source of OBS' kind ``kind`` (its versioned id), with ``filters`` applied in order."""
    plain = kind.rsplit("_v", 1)[0] if kind.rsplit("_v", 1)[-1].isdigit() else kind
    return {
        "id": plain,
        "versioned_id": kind,
        "name": name,
        "enabled": True,
        "settings": settings,
        "filters": list(filters),
        **fields,
    }


def effect(kind: str, name: str, settings: Entry | None = None, enabled: bool = True) -> Entry:
    """Return a filter of kind ``kind`` for the ``filters`` of a source."""
    return source(kind, name, dict(settings or {}), enabled=enabled)


def image(name: str, path: Path | str, filters: Sequence[Entry] = ()) -> Entry:
    """Return an image source that shows the picture at ``path``."""
    return source("image_source", name, {"file": str(path), "unload": False}, filters)


def clip(
    name: str, path: Path | str, filters: Sequence[Entry] = (), looping: bool = True, speed: float = 100
) -> Entry:
    """Return a media source that plays the video at ``path`` without hardware decoding; ``speed`` in %."""
    settings = {
        "local_file": str(path),
        "is_local_file": True,
        "looping": looping,
        "restart_on_activate": False,
        "close_when_inactive": False,
        "hw_decode": False,
        "speed_percent": round(speed),
    }
    return source("ffmpeg_source", name, settings, filters)


def color(
    name: str, bgr: tuple[int, int, int], size: tuple[int, int], filters: Sequence[Entry] = ()
) -> Entry:
    """Return an opaque colour source; ``bgr`` are bytes, ``size`` is (width, height) in pixels."""
    blue, green, red = bgr
    value = 0xFF000000 | blue << 16 | green << 8 | red
    settings = {"color": value, "width": size[0], "height": size[1]}
    return source("color_source_v3", name, settings, filters)


def text(name: str, words: str, filters: Sequence[Entry] = ()) -> Entry:
    """Return a text source (GDI+ on Windows, FreeType elsewhere)."""
    kind = "text_gdiplus_v2" if sys.platform == "win32" else "text_ft2_source_v2"
    return source(kind, name, {"text": words}, filters)


def item(
    name: str,
    position: tuple[float, float] = (0, 0),
    scale: tuple[float, float] = (1, 1),
    visible: bool = True,
    fit: tuple[float, float] | None = None,
) -> Entry:
    """Return the place of the source ``name`` in a scene or a group.

    ``fit`` = (width, height) in canvas pixels scales the source to fill that box instead of ``scale``.
    """
    return {
        "name": name,
        "visible": visible,
        "locked": False,
        "rot": 0.0,
        "pos": {"x": float(position[0]), "y": float(position[1])},
        "scale": {"x": float(scale[0]), "y": float(scale[1])},
        "align": 5,  # left and top
        "bounds_type": 0 if fit is None else 1,  # none, stretch
        "bounds_align": 0,
        "bounds": {"x": float(fit[0]), "y": float(fit[1])} if fit else {"x": 0.0, "y": 0.0},
        "crop_left": 0,
        "crop_top": 0,
        "crop_right": 0,
        "crop_bottom": 0,
    }


def _items(items: Iterable[Entry | str]) -> Entry:
    placed = [item(entry) if isinstance(entry, str) else dict(entry) for entry in items]
    for number, entry in enumerate(placed, start=1):
        entry["id"] = number
    return {"items": placed, "id_counter": len(placed), "custom_size": False}


def scene(name: str, items: Iterable[Entry | str], filters: Sequence[Entry] = ()) -> Entry:
    """Return a scene; ``items`` from bottom to top, a name alone stands at the upper left in its own size."""
    return source("scene", name, _items(items), filters)


def group(
    name: str, items: Iterable[Entry | str], size: tuple[int, int], filters: Sequence[Entry] = ()
) -> Entry:
    """Return a group of ``size`` (width, height); a scene shows it as an item of that name."""
    settings = {**_items(items), "custom_size": True, "cx": size[0], "cy": size[1]}
    return source("group", name, settings, filters)


def script(path: Path | str, settings: Entry | None = None) -> Entry:
    """Return an entry of the script list (Tools > Scripts)."""
    return {"path": str(path), "settings": dict(settings or {})}


def collection(
    name: str,
    sources: Iterable[Entry],
    scenes: Sequence[Entry],
    groups: Iterable[Entry] = (),
    scripts: Iterable[Entry] = (),
    current: str | None = None,
) -> Entry:
    """Return a whole scene collection; ``current`` is the scene shown at the start (default: the first)."""
    shown = current or scenes[0]["name"]
    return {
        "name": name,
        "current_scene": shown,
        "current_program_scene": shown,
        "scene_order": [{"name": entry["name"]} for entry in scenes],
        "sources": [*sources, *scenes],
        "groups": list(groups),
        "transitions": [],
        "quick_transitions": [],
        "current_transition": "Cut",
        "transition_duration": 300,
        "preview_locked": False,
        "modules": {"scripts-tool": list(scripts)},
    }
