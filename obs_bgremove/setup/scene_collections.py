# SPDX-License-Identifier: GPL-2.0-or-later
"""What install.py changes in OBS' scene collections (``basic/scenes/*.json``)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .. import scene_files
from ..files import replace_whole, sweep
from ..translate import tr
from ..users_obs import obs_processes, users_settings
from . import backups
from .errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..scene_files import Collection


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
                tr(
                    "OBS is running (process {pid}) and would overwrite its settings when it ends: close OBS "
                    "and run this again.",
                    pid=obs.pid,
                )
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
            outcome.left_alone.append(_left_alone(path, str(error)))
        except RecursionError:
            outcome.left_alone.append(_left_alone(path, tr("it is nested too deeply")))
    if changes:
        refuse_while_running(places)
        folder = backups.keep([path for path, _ in changes])
        for path, content in changes:
            problem = _replace(path, content, folder)
            if problem:
                outcome.failed.append(problem)
            else:
                outcome.changed.append(path)
    return outcome


def _left_alone(path: Path, reason: str) -> str:
    return tr("{path} was left alone: {reason}.", path=path, reason=reason)


def _replace(path: Path, content: str, folder: Path) -> str:
    """Replace a file; return what is wrong, "" if nothing is."""
    try:
        replace_whole(path, content)
        sweep(path)
    except OSError as error:
        return tr(
            "{path} cannot be written ({reason}): make it writable and run this again (a copy lies in "
            "{folder}).",
            path=path,
            reason=error.strerror or error,
            folder=folder,
        )
    return ""
