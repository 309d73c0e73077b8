# SPDX-License-Identifier: GPL-2.0-or-later
"""Scene collections as OBS keeps them in files: our script in their lists, our filter on their sources.

Standard library only: used by the filter inside OBS and by install.py. Nothing here asks whether OBS runs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from . import home, room_guard, sound_delay
from .files import replace_whole
from .json_text import read_text, write_text
from .translate import tr

#: An object of JSON: a scene collection, its "modules", a source, or an entry of its list of scripts.
Collection = dict[str, Any]

SCRIPT = home.PROJECT / "obs_bgremove" / "obs_script.py"
#: The kind of our filter, as OBS calls it.
FILTER = "obs_bgremove"
#: The key of the list of scripts among what OBS' modules keep in a collection.
_LIST = "scripts-tool"
_TAIL = ["obs_bgremove", "obs_script.py"]


# --- files --------------------------------------------------------------------------------


def read(path: Path) -> Collection:
    """Return a scene collection; OSError if it cannot be read, ValueError if it cannot be understood."""
    if not path.is_file():
        raise ValueError(tr("it is not a file"))
    try:
        data = read_text(path.read_text(encoding="utf-8-sig"))
    except RecursionError:
        raise ValueError(tr("it is nested too deeply")) from None
    if not isinstance(data, dict) or not isinstance(data.get("sources"), list):
        raise ValueError(tr("it is not a scene collection"))
    modules = data.get("modules")
    if not isinstance(modules, (dict, type(None))):
        raise ValueError(tr("what its modules keep is not an object"))
    if not isinstance((modules or {}).get(_LIST), (list, type(None))):
        raise ValueError(tr("its list of scripts is not a list"))
    return data


def text(data: Collection) -> str:
    """Return the content of a file; ValueError for what neither UTF-8 nor OBS' reader knows."""
    try:
        content = write_text(data, indent=4, ensure_ascii=False, allow_nan=False) + "\n"
    except RecursionError:
        raise ValueError(tr("it is nested too deeply")) from None
    try:
        content.encode()
    except UnicodeEncodeError:
        raise ValueError(
            tr("it has half a letter (a lone surrogate), which OBS does not read either")
        ) from None
    return content


# --- the list of scripts ------------------------------------------------------------------


def entries(modules: Collection | None) -> list[Any]:
    """Return the list of scripts among what OBS' modules keep."""
    return (modules or {}).get(_LIST) or []


def _path(entry: object) -> str:
    path = entry.get("path") if isinstance(entry, dict) else None
    return path if isinstance(path, str) else ""


def _real(path: str) -> str:
    """Return where a path leads, through links; the path itself if that cannot be found out."""
    try:
        return os.path.normcase(os.path.realpath(path))
    except (OSError, ValueError):
        return path


def is_this(entry: object) -> bool:
    """Return whether an entry of a script list is this checkout's script, by whatever path."""
    path = _path(entry)
    return bool(path) and _real(path) == _real(str(SCRIPT))


def is_ours(entry: object) -> bool:
    """Return whether an entry of a script list is our script, of this checkout or another one."""
    path = _path(entry)
    ends = [one.replace("\\", "/").split("/")[-2:] for one in (path, _real(path))] if path else []
    return _TAIL in ends


def lists_script(data: Collection) -> bool:
    """Return whether a scene collection lists this checkout's script."""
    return any(is_this(entry) for entry in entries(data.get("modules")))


def with_script(data: Collection) -> Collection:
    """Return the collection with our script in its list exactly once, an older one's settings kept."""
    return _with_entries(data, with_this_alone(entries(data.get("modules"))))


def with_this_alone(listed: list[Any]) -> list[Any]:
    """Return a script list with this checkout's script once, in the place of another one if there was one."""
    ours = [entry for entry in listed if is_ours(entry) or is_this(entry)]
    this = next((entry for entry in ours if is_this(entry)), None)
    if this is None:
        older = ours[0] if ours else {"settings": {}}
        this = {**older, "path": SCRIPT.as_posix()}
    place = next((entry for entry in ours if is_this(entry)), ours[0] if ours else None)
    kept = [
        this if entry is place else entry for entry in listed if entry is place or not _among(entry, ours)
    ]
    return kept if ours else [*kept, this]


def with_one_that_works(listed: list[Any]) -> list[Any]:
    """Return a script list with our script, of this checkout if no other one that is listed exists."""
    for entry in listed:
        if is_this(entry) or (is_ours(entry) and Path(_path(entry)).is_file()):
            return listed
    return with_this_alone(listed)


def without_script(data: Collection) -> Collection:
    """Return the collection without our script, of any checkout."""
    listed = entries(data.get("modules"))
    kept = [entry for entry in listed if not is_ours(entry) and not is_this(entry)]
    return data if len(kept) == len(listed) else _with_entries(data, kept)


def _among(entry: object, some: list[Any]) -> bool:
    return any(entry is one for one in some)


def _with_entries(data: Collection, listed: list[Any]) -> Collection:
    return {**data, "modules": {**(data.get("modules") or {}), _LIST: listed}}


# --- filters ------------------------------------------------------------------------------


def is_ours_or_guard(one: object) -> bool:
    """Return whether an entry of a source's list of filters is ours, or a room guard."""
    return isinstance(one, dict) and (one.get("id") == FILTER or room_guard.is_guard(one))


def filtered(data: Collection) -> list[str]:
    """Return the names of the sources, scenes and groups with our filter or a room guard, in order."""
    return [str(source.get("name", "")) for source in _sources(data) if _has_filter(source)]


def without_filters(data: Collection) -> Collection:
    """Return the collection without our filters, the room guards and the delay of microphones.

    All else is as it was.
    """
    # OBS' global sound devices are no list: each has a key of its own.
    return {
        key: [_without_ours(one) for one in found] if isinstance(found, list) else _without_ours(found)
        for key, found in data.items()
    }


def _sources(data: Collection) -> list[Collection]:
    """Return all objects in the collection's lists: sources and scenes are in one, groups in another."""
    return [
        one for listed in data.values() if isinstance(listed, list) for one in listed if isinstance(one, dict)
    ]


def _has_filter(source: object) -> bool:
    filters = source.get("filters") if isinstance(source, dict) else None
    return isinstance(filters, list) and any(is_ours_or_guard(one) for one in filters)


def _without_ours(one: Any) -> Any:  # noqa: ANN401 - whatever stands in a collection
    if _has_filter(one):
        one = {**one, "filters": [each for each in one["filters"] if not is_ours_or_guard(each)]}
    return sound_delay.given_back(one) if sound_delay.is_delayed(one) else one


# --- what heals itself --------------------------------------------------------------------


def heal(folder: Path) -> list[Path]:
    """Give each collection in a folder that holds our filter our script, where it does not list it.

    OBS must not be about to write these files. A file that cannot be read, understood or written stays as it
    is. Returns the files that were changed.
    """
    changed = []
    for path in sorted(folder.glob("*.json")):
        try:
            # Most collections need no more than this look.
            if f'"{FILTER}"'.encode() not in path.read_bytes():
                continue
            data = read(path)
            listed = entries(data.get("modules"))
            healed = with_one_that_works(listed)
            if filtered(data) and healed != listed:
                replace_whole(path, text(_with_entries(data, healed)))
                changed.append(path)
        except (OSError, ValueError):
            continue
    return changed


def of_modules(folder: Path, modules: Collection) -> list[Collection]:
    """Return the collections in a folder of whose file OBS may have just read these modules' data."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            data = read(path)
        except (OSError, ValueError):
            continue
        if data.get("modules") == modules:
            found.append(data)
    return found
