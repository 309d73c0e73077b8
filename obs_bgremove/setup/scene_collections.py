# SPDX-License-Identifier: GPL-2.0-or-later
"""Our script in the script list of OBS' scene collections (``basic/scenes/*.json``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import home
from ..files import replace_whole
from ..users_obs import obs_processes, users_settings
from . import backups
from .errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable

#: An object of JSON: a scene collection, or an entry of its list of scripts.
Collection = dict[str, Any]

SCRIPT = home.PROJECT / "obs_bgremove" / "obs_script.py"


def files(configuration: Path) -> list[Path]:
    """Return the scene collections of a configuration, and those that OBS 31 and newer keep elsewhere."""
    folders = [configuration]
    moved = users_settings.ini_value(configuration / "global.ini", "Locations", "SceneCollections").strip()
    if moved:
        folders.append(Path(moved) / "obs-studio")
    unique = {path.resolve() for folder in folders for path in folder.glob("basic/scenes/*.json")}
    return sorted(unique)


def read(path: Path) -> Collection:
    """Return a scene collection; ValueError if the file is not one."""
    data = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(data, dict) or not isinstance(data.get("sources"), list):
        raise ValueError("it is not a scene collection")
    modules = data.get("modules", {})
    if not isinstance(modules, dict) or not isinstance(modules.get("scripts-tool", []), list):
        raise ValueError("its list of scripts is not a list")
    return data


def is_ours(entry: object) -> bool:
    """Return whether an entry of a script list is our script, of this checkout or another one."""
    path = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(path, str):
        return False
    return path.replace("\\", "/").split("/")[-2:] == ["obs_bgremove", "obs_script.py"]


def has_script(data: Collection) -> bool:
    """Return whether a scene collection runs this checkout's script."""
    entries = data.get("modules", {}).get("scripts-tool", [])
    return any(is_ours(entry) and entry["path"] == SCRIPT.as_posix() for entry in entries)


def with_script(data: Collection, script: str) -> Collection:
    """Return the collection with our script in its list exactly once, an older one's settings kept."""
    entries = data.get("modules", {}).get("scripts-tool", [])
    older: Collection = next((entry for entry in entries if is_ours(entry)), {"settings": {}})
    kept: list[Collection] = []
    for entry in entries:
        if not is_ours(entry):
            kept.append(entry)
        elif entry is older:
            kept.append({**older, "path": script})
    if not any(is_ours(entry) for entry in kept):
        kept.append({**older, "path": script})
    return _with_entries(data, kept)


def without_script(data: Collection) -> Collection:
    """Return the collection without our script."""
    entries = data.get("modules", {}).get("scripts-tool", [])
    if not any(is_ours(entry) for entry in entries):
        return data
    return _with_entries(data, [entry for entry in entries if not is_ours(entry)])


def _with_entries(data: Collection, entries: list[Collection]) -> Collection:
    return {**data, "modules": {**data.get("modules", {}), "scripts-tool": entries}}


def refuse_while_running(places: list[Path]) -> None:
    """Raise SetupError if an OBS runs with one of the configurations: it would overwrite what is edited."""
    ours = {place.resolve() for place in places}
    for obs in obs_processes.running():
        if obs.configuration is None or obs.configuration.resolve() in ours:
            raise SetupError(
                f"OBS is running (process {obs.pid}) and would overwrite its settings when it "
                "ends: close OBS and run this again."
            )


def add() -> tuple[list[Path], list[Path], list[str]]:
    """Put our script into every scene collection; see :func:`change`."""
    return change(lambda data: with_script(data, SCRIPT.as_posix()))


def remove() -> tuple[list[Path], list[Path], list[str]]:
    """Take our script out of every scene collection; see :func:`change`."""
    return change(without_script)


def change(edit: Callable[[Collection], Collection]) -> tuple[list[Path], list[Path], list[str]]:
    """Edit every scene collection of this user, each backed up first and replaced whole or not at all.

    Returns the files that were changed, those that needed no change, and a warning for each that was
    left alone because it cannot be understood. Raises SetupError if a running OBS uses one of them (only
    if there is something to change), or if one cannot be written.
    """
    places = users_settings.configurations()
    changes: list[tuple[Path, Collection]] = []
    same: list[Path] = []
    warnings: list[str] = []
    for path in (path for place in places for path in files(place)):
        try:
            data = read(path)
        except (OSError, ValueError) as error:
            warnings.append(f"{path} was left alone: {error}.")
            continue
        edited = edit(data)
        if edited == data:
            same.append(path)
        else:
            changes.append((path, edited))
    if changes:
        refuse_while_running(places)
        folder = backups.keep([path for path, _ in changes])
        for path, edited in changes:
            _replace(path, edited, folder)
    return [path for path, _ in changes], same, warnings


def _replace(path: Path, data: Collection, folder: Path) -> None:
    try:
        replace_whole(path, json.dumps(data, indent=4, ensure_ascii=False) + "\n")
    except OSError as error:
        raise SetupError(
            f"{path} cannot be written ({error.strerror or error}): make it writable and run this again "
            f"(a copy lies in {folder})."
        ) from None
