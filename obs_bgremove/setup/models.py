# SPDX-License-Identifier: GPL-2.0-or-later
"""Which models there are, which of them are installed, and fetching the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import home
from . import virtual_env
from .errors import SetupError, say

if TYPE_CHECKING:
    from pathlib import Path


def known() -> list[str]:
    """Return the names of the models on the project's shelf."""
    return sorted(card.parent.name for card in (home.PROJECT / "models").glob("*/card.toml"))


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
            raise SetupError(f"There is no model {word!r}: choose among {', '.join(known())}.")
        names += [name for name in found if name not in names]
    return names


def carried() -> list[str]:
    """Return the names of the models that the project itself carries."""
    return [name for name in known() if (home.PROJECT / "models" / name / "model.onnx").is_file()]


def fetched() -> list[str]:
    """Return the names of the models that were fetched into HOME/models."""
    folder = home.directory() / "models"
    return [name for name in to_fetch() if (folder / name / "model.onnx").is_file()]


def refresh(beside: list[str]) -> None:
    """Bring the models fetched earlier up to date, except those ``beside``; a failure is only said."""
    try:
        fetch([name for name in fetched() if name not in beside])
    except SetupError as error:
        say(f"{error} The next run tries again.")


def fetch(names: list[str]) -> None:
    """Fetch models into HOME/models, except those that the project carries; SetupError if that fails."""
    there = carried()
    missing = [name for name in names if name not in there]
    if not missing:
        return
    into = home.directory() / "models"
    if virtual_env.run_module("export", "fetch", *missing, "--into", str(into)):
        raise SetupError(
            "A model could not be obtained (the reason stands above); what is installed goes on working."
        )
    absent = [name for name in missing if installed(name) is None]
    if absent:
        raise SetupError(f"The model {absent[0]} is not in {into} after fetching it: run this again.")
    say(f"Models: {', '.join(names)}.")


def made_by_the_user() -> list[Path]:
    """Return the folders in HOME/models that this project did not put there."""
    directory = home.directory() / "models"
    if not directory.is_dir():
        return []
    ours = known()
    return sorted(
        path
        for path in directory.iterdir()
        if path.name not in ours and not path.name.startswith(home.UNFINISHED)
    )
