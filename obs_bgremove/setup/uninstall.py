# SPDX-License-Identifier: GPL-2.0-or-later
"""Removes what the installation made, and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from .. import home
from ..translate import tr
from . import backups, models, obs_python, scene_collections, turn, virtual_env
from .errors import SetupError, refuse, say, writing_problem
from .question import ask

#: What a stopped writer of a record left: see files.replace_whole.
_UNFINISHED = re.compile(r"\.(install|measured)\.json\.[0-9a-f]{8}\.new")


def uninstall(yes: bool) -> None:
    """Remove what was written into OBS' settings, then what the installation made in the data directory.

    That is what install.json records, and folders that are marked as ours; all else stays. So do the models
    that the user put there, unless the user agrees that they go, and always the backups. Our filters and
    their room guards are taken out of the collections if ``yes`` or the user agrees. Raises SetupError.
    """
    failed = _leave_collections(yes)
    obs_python.take_back()
    own = models.made_by_the_user()
    # Never by --yes: what the user made cannot be fetched again.
    names = ", ".join(path.name for path in own)
    question = tr("Delete your own models too ({names})?", names=names)
    keep = [] if own and ask(question, yes=False, default=False) else own
    ours = _made_by_us()
    if not home.read_record() and ours:
        raise SetupError(
            tr(
                "{folder} has no record of an installation (install.json), so nothing in it was deleted: "
                "delete it by hand, or set {variable} to the folder of the installation.",
                folder=home.directory(),
                variable=home.VARIABLE,
            )
        )
    for path in [*ours, *(path for path in own if path not in keep)]:
        _delete(path)
    # The record goes last: what is stopped before can be done again.
    if home.read_record():
        _delete(home.record_file())
    turn.forget()
    _delete_if_empty(home.directory() / "models", backups.directory(), home.directory())
    delete_note()
    _say_what_stays(keep)
    refuse(" ".join(failed))
    say(tr("Uninstalled. (OBS itself was left as it is.)"))


def _leave_collections(yes: bool) -> list[str]:
    """Take what is ours out of the scene collections; return what could not be done."""
    filtered = scene_collections.filtered()
    for path, names in filtered.items():
        say(
            tr(
                "The scene collection {name} has the filter or its room guard on: {sources}.",
                name=path.stem,
                sources=", ".join(names),
            )
        )
    question = tr(
        "Take the filters out of these scene collections? Then OBS shows the room behind you again."
    )
    out = bool(filtered) and ask(question, yes, default=False)
    changed, _, left_alone, failed = scene_collections.remove(filters=out)
    for warning in left_alone:
        say(warning)
    for path in changed:
        if out and path in filtered:
            say(tr("Removed the script and the filters from the scene collection {name}.", name=path.stem))
        else:
            say(tr("Removed the script from the scene collection {name}.", name=path.stem))
    if filtered and not out:
        say(
            tr(
                "The filters were left there. OBS does not know them any more. Where they have a room guard, "
                "it hides the source: remove both in OBS, or run this again with --yes. Installing again "
                "brings everything back."
            )
        )
    return failed


def _made_by_us() -> list[Path]:
    """Return what the installation made in the data directory, apart from its record."""
    directory = home.directory()
    if not directory.is_dir():
        return []
    found = [path for path in (directory / name for name in ("logs", "demo", "cache")) if home.is_own(path)]
    if virtual_env.is_own() and virtual_env.folder().exists():
        found.insert(0, virtual_env.folder())
    found += [path for path in directory.iterdir() if _UNFINISHED.fullmatch(path.name)]
    if home.read_record().get("measured"):
        found += [path for path in [home.measurements_file()] if path.exists()]
    return found + models.made_by_us()


def _say_what_stays(keep: list[Path]) -> None:
    for path in keep:
        say(tr("Kept your own model {path}.", path=path))
    if backups.directory().exists():
        say(tr("Kept the backups of OBS' files in {folder}.", folder=backups.directory()))
    known = {"models", backups.directory().name, turn.file().name}
    if home.directory().is_dir():
        others = sorted(path.name for path in home.directory().iterdir() if path.name not in known)
        if others:
            say(
                tr(
                    "Kept in {folder}, because nothing shows that install.py has made it: {names}.",
                    folder=home.directory(),
                    names=", ".join(others),
                )
            )


def delete_note() -> None:
    """Delete the note that says where the data directory is, if it names this one and that is gone.

    On Windows that is after the turn: its file cannot be deleted before.
    """
    note = home.note()
    if home.directory().exists() or not note.is_file():
        return
    if Path(note.read_text(encoding="utf-8").strip()) == home.directory():
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
