# SPDX-License-Identifier: GPL-2.0-or-later
"""Which models there are, which of them are installed, and fetching the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .. import home
from ..translate import joined, tr
from . import virtual_env
from .errors import SetupError, say, writing_problem

if TYPE_CHECKING:
    from pathlib import Path


def known() -> list[str]:
    """Return the names of the models on the project's shelf that find people, without other sizes of one."""
    cards = [
        card for card in (home.PROJECT / "models").glob("*/card.toml") if card.parent.name != home.OUTFIT
    ]
    return sorted(
        card.parent.name for card in cards if (card.parent / "model.onnx").is_file() or _is_fetched(card)
    )


def to_fetch() -> list[str]:
    """Return the names of the models that have to be fetched: all that the project does not carry."""
    there = carried()
    return [name for name in known() if name not in there]


def installed(name: str) -> Path | None:
    """Return the folder of a usable model; None if it is not installed."""
    for directory in home.model_directories():
        folder = directory / name
        if (folder / "card.toml").is_file() and (folder / "model.onnx").is_file():
            return folder
    return None


def select(wanted: list[str]) -> list[str]:
    """Return the names of models: each word is a name, or what several names have before a "-" (``rvm``).

    Raises SetupError for a word that is neither.
    """
    names: list[str] = []
    for word in wanted:
        exact = [name for name in known() if name == word]
        found = exact or [name for name in known() if name.split("-", 1)[0] == word]
        if not found:
            raise SetupError(
                tr('There is no model "{name}": choose among {known}.', name=word, known=", ".join(known()))
            )
        names += [name for name in found if name not in names]
    return names


def carried() -> list[str]:
    """Return the names of the models that the project itself carries."""
    return [name for name in known() if (home.PROJECT / "models" / name / "model.onnx").is_file()]


def fetched() -> list[str]:
    """Return the names of the models that the installation fetched into HOME/models."""
    ours = [path.name for path in made_by_us() if (path / "model.onnx").is_file()]
    return [name for name in to_fetch() if name in ours]


def refresh(beside: list[str]) -> None:
    """Bring the models fetched earlier up to date, except those ``beside``; a failure is only said."""
    try:
        fetch([name for name in fetched() if name not in beside])
    except SetupError as error:
        say(joined([str(error), tr("The next run tries again.")]))


def fetch(names: list[str]) -> None:
    """Fetch models into HOME/models, except those that the project carries; SetupError if that fails."""
    there = carried()
    missing = [name for name in names if name not in there]
    if not missing:
        return
    into = home.directory() / "models"
    _refuse_to_replace(missing)
    _record(missing)
    if virtual_env.run_module("export", "fetch", *missing, "--into", str(into)):
        raise SetupError(
            tr("A model could not be obtained (the reason stands above); what is installed goes on working.")
        )
    absent = [name for name in missing if installed(name) is None]
    if absent:
        raise SetupError(
            tr(
                "The model {name} is not in {folder} after fetching it: run this again.",
                name=absent[0],
                folder=into,
            )
        )
    say(tr("Models: {names}.", names=", ".join(names)))


def _refuse_to_replace(names: list[str]) -> None:
    """Raise SetupError if the user has a model of his own under one of the names."""
    for path in made_by_the_user():
        if path.name in names:
            raise SetupError(
                tr(
                    "{path} is in the way: install.py has not made it. Give it another name, and run this "
                    "again.",
                    path=path,
                )
            )


def _record(names: list[str]) -> None:
    """Record which models are about to be fetched: these, and no others, were made by the installation."""
    record = home.read_record()
    before = record.get("models", [])
    try:
        home.write_record({**record, "models": sorted({*before, *names})})
    except OSError as error:
        raise writing_problem(home.directory(), error) from None


def _in_home() -> list[Path]:
    """Return what lies in HOME/models, if that is not the project's own shelf."""
    directory = home.directory() / "models"
    if not directory.is_dir() or directory.resolve() == (home.PROJECT / "models").resolve():
        return []
    return sorted(directory.iterdir())


def made_by_us() -> list[Path]:
    """Return the folders in HOME/models that the installation fetched, and what a stopped one left."""
    recorded = home.read_record().get("models", [])
    return [
        path
        for path in _in_home()
        if path.name in recorded or path.name.startswith(home.UNFINISHED) or _has_our_card(path)
    ]


def _has_our_card(folder: Path) -> bool:
    """Return whether a folder has the name and the card of a model that is fetched: older versions did it."""
    return folder.name in known() and _is_fetched(folder / "card.toml")


def _is_fetched(card: Path) -> bool:
    """Return whether a card says where its model is fetched from."""
    try:
        return re.search(rb"^\[fetch\]", card.read_bytes(), re.MULTILINE) is not None
    except OSError:
        return False


def made_by_the_user() -> list[Path]:
    """Return the models in HOME/models that the installation did not put there."""
    ours = made_by_us()
    return [path for path in _in_home() if path not in ours and (path / "model.onnx").is_file()]
