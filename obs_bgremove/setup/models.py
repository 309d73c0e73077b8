# SPDX-License-Identifier: GPL-2.0-or-later
"""Which models there are, which of them are installed, and fetching the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import home
from . import environment
from .errors import SetupError, say

if TYPE_CHECKING:
    from pathlib import Path

#: What is fetched when nothing is asked for, and can be done without: the default model is carried along.
USUAL = ("mediapipe-landscape", "mediapipe-general")


def known() -> list[str]:
    """Return the names of the models on the project's shelf."""
    return sorted(card.parent.name for card in (home.PROJECT / "models").glob("*/card.toml"))


def installed(name: str) -> Path | None:
    """Return the folder of a usable model; None if it is not installed."""
    for directory in home.model_directories():
        folder = directory / name
        if (folder / "card.toml").is_file() and (folder / "model.onnx").is_file():
            return folder
    return None


def select(wanted: list[str]) -> list[str]:
    """Return the names that are meant: each a name, or the part of several names before a "-" (``rvm``).

    Raises SetupError for a name that nothing has.
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


def fetch_usual(beside: list[str]) -> None:
    """Obtain ``USUAL`` but for those ``beside``; a failure is only said, unless no model is carried along."""
    try:
        fetch([name for name in USUAL if name in known() and name not in beside])
    except SetupError as error:
        if not carried():
            raise
        say(f"{error} Going on, since {', '.join(carried())} came along; the next run tries again.")


def fetch(names: list[str]) -> None:
    """Obtain models into HOME/models, SetupError if one cannot be had; those carried are there already."""
    there = carried()
    missing = [name for name in names if name not in there]
    if not missing:
        return
    into = home.directory() / "models"
    if environment.run_module("export", "fetch", *missing, "--into", str(into)):
        raise SetupError(
            "A model could not be obtained: see above; what is installed already goes on working."
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
