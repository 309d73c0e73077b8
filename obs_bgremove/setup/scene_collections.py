# SPDX-License-Identifier: GPL-2.0-or-later
"""What install.py changes in OBS' scene collections (``basic/scenes/*.json``)."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .. import home, scene_files
from ..files import replace_whole, sweep
from ..users_obs import obs_processes, users_settings
from .errors import SetupError, writing_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..scene_files import Collection

#: How many backups may be made within one second.
_MOST_OF_ONE_SECOND = 100


class Outcome(NamedTuple):
    """What an edit came to.

    ``changed`` and ``same`` are files. ``left_alone`` has a warning for each that cannot be understood: it
    was not touched. ``failed`` has an error for each that should have been changed and cannot be written.
    """

    changed: list[Path]
    same: list[Path]
    left_alone: list[str]
    failed: list[str]


def files(configuration: Path) -> list[Path]:
    """Return the scene collections of a configuration, and those that OBS 31 and newer keep elsewhere."""
    folders = [configuration]
    moved = users_settings.ini_value(configuration / "global.ini", "Locations", "SceneCollections").strip()
    if moved:
        folders.append(Path(moved) / "obs-studio")
    return sorted({_real(path) for folder in folders for path in folder.glob("basic/scenes/*.json")})


def _real(path: Path) -> Path:
    """Return where a link leads, or the path itself if that is nowhere."""
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError):
        # A circle of links, or a link to nothing: whoever reads it says so.
        return path


def all_files() -> list[Path]:
    """Return the scene collections of this user."""
    return [path for place in users_settings.configurations() for path in files(place)]


def refuse_while_running(places: list[Path]) -> None:
    """Raise SetupError if an OBS runs with one of the configurations: it would overwrite what is edited."""
    ours = {place.resolve() for place in places}
    for obs in obs_processes.running():
        if obs.configuration is None or obs.configuration.resolve() in ours:
            raise SetupError(
                f"OBS is running (process {obs.pid}) and would overwrite its scene collections when it "
                "ends: close OBS and run this again."
            )


def add() -> Outcome:
    """Put our script into every scene collection; see :func:`change`."""
    return change(scene_files.with_script)


def remove(filters: bool) -> Outcome:
    """Take our script out of every scene collection, our ``filters`` and their guards too; see `change`."""

    def edit(data: Collection) -> Collection:
        edited = scene_files.without_script(data)
        return scene_files.without_filters(edited) if filters else edited

    return change(edit)


def filtered() -> dict[Path, list[str]]:
    """Return the names of the sources with our filter or a room guard, by the collection that has some."""
    found = {}
    for path in all_files():
        try:
            names = scene_files.filtered(scene_files.read(path))
        except (OSError, ValueError):
            continue
        if names:
            found[path] = names
    return found


def change(edit: Callable[[Collection], Collection]) -> Outcome:
    """Edit every scene collection of this user, each backed up first and replaced whole or not at all.

    One file that is damaged, or cannot be written, costs itself only. Raises SetupError, before any change,
    if a running OBS uses one of them (only if there is something to change), or if no backup can be made.
    """
    places = users_settings.configurations()
    changes: list[tuple[Path, str]] = []
    outcome = Outcome([], [], [], [])
    for path in all_files():
        try:
            data = scene_files.read(path)
            edited = edit(data)
            if edited == data:
                outcome.same.append(path)
            else:
                changes.append((path, scene_files.text(edited)))
        except (OSError, ValueError) as error:
            outcome.left_alone.append(f"{path} was left alone: {error}.")
        except RecursionError:
            outcome.left_alone.append(f"{path} was left alone: it is nested too deeply.")
    if changes:
        refuse_while_running(places)
        folder = _backup([path for path, _ in changes])
        for path, content in changes:
            problem = _replace(path, content, folder)
            if problem:
                outcome.failed.append(problem)
            else:
                outcome.changed.append(path)
    return outcome


def backups() -> Path:
    """Return the directory of the backups."""
    return home.directory() / "backups"


def _backup(paths: list[Path]) -> Path:
    """Copy files into a folder of their own, named by the time; return it."""
    try:
        folder = _new_folder(time.strftime("%Y-%m-%d_%H-%M-%S"))
        for index, path in enumerate(paths):
            # Two configurations may have collections of one name.
            twin = any(other.name == path.name for other in paths[:index])
            shutil.copy2(path, folder / (f"{index}-{path.name}" if twin else path.name))
    except OSError as error:
        raise writing_problem(backups(), error) from None
    return folder


def _new_folder(name: str) -> Path:
    """Make a folder of a name that is free, such as ``name_2``; OSError if it cannot be made."""
    backups().mkdir(parents=True, exist_ok=True)
    # No more runs end in one second. Windows also says "exists" of a folder that may not be made.
    for number in range(1, _MOST_OF_ONE_SECOND + 1):
        folder = backups() / (name if number == 1 else f"{name}_{number}")
        try:
            folder.mkdir()
            return folder
        except FileExistsError as error:
            last = error
    raise last


def _replace(path: Path, content: str, folder: Path) -> str:
    """Replace a file; return what is wrong, "" if nothing is."""
    try:
        replace_whole(path, content)
        sweep(path)
    except OSError as error:
        return (
            f"{path} cannot be written ({error.strerror or error}): make it writable and run this again "
            f"(a copy lies in {folder})."
        )
    return ""
