# SPDX-License-Identifier: GPL-2.0-or-later
"""Removes what the installation made, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

from .. import home
from . import backups, models, obs_python, scene_collections
from .errors import SetupError, say, writing_problem
from .question import ask


def uninstall(yes: bool) -> None:
    """Remove what was written into OBS' settings, then what the data directory holds.

    Models that the user put there stay unless ``yes`` or the user agrees; backups always stay. SetupError if
    there is something to delete but no record of an installation: it may belong to somebody else.
    """
    changed, _, warnings = scene_collections.remove()
    for warning in warnings:
        say(warning)
    for path in changed:
        say(f"Removed the script from the scene collection {path.stem}.")
    obs_python.take_back()
    own = models.made_by_the_user()
    keep: list[Path] = []
    if own and not ask(
        f"Delete your own models too ({', '.join(path.name for path in own)})?", yes, default=False
    ):
        keep = own
    ours = _made_by_us(keep)
    if not home.read_record() and any(path.exists() for path in ours):
        raise SetupError(
            f"{home.directory()} has no record of an installation (install.json), so nothing in it was "
            f"deleted: delete it by hand, or set {home.VARIABLE} to the folder of the installation."
        )
    for path in ours:
        _delete(path)
    _delete_if_empty(home.directory() / "models", backups.directory(), home.directory())
    if not home.directory().exists():
        _delete_note()
    for path in keep:
        say(f"Kept your own model {path}.")
    if backups.directory().exists():
        say(f"Kept the backups of OBS' files in {backups.directory()}.")
    say("Uninstalled. (OBS itself was left as it is.)")


def _made_by_us(keep: list[Path]) -> list[Path]:
    directory = home.directory()
    names = (
        "venv",
        "logs",
        "demo",
        "cache",
        "install.new",
        "measured.json",
        # Of older versions.
        "speed.json",
        "speed.new",
        "threads.json",
        "threads.new",
    )
    # What a stopped writer of a record left: see files.replace_whole.
    unfinished = directory.glob(".*.json.*.new")
    below = directory / "models"
    fetched = [path for path in below.iterdir() if path not in keep] if below.is_dir() else []
    # The record goes last: what is stopped before can be done again.
    return [*(directory / name for name in names), *unfinished, *fetched, home.record_file()]


def _delete_note() -> None:
    """Delete the note that says where the data directory is, if it names this one."""
    note = home.note()
    if note.is_file() and Path(note.read_text(encoding="utf-8").strip()) == home.directory():
        _delete(note)
        _delete_if_empty(home.usual())


def _delete(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise writing_problem(path, error) from None


def _delete_if_empty(*folders: Path) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
