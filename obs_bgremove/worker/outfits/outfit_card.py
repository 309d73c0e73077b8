# SPDX-License-Identifier: GPL-2.0-or-later
"""What the card of the network that looks at clothes says: its classes, and when each counts.

The card's section ``[outfit]`` has ``classes`` (their names, in the order of the network's shares) and
``least`` (the share from which a class counts, for each class except "other").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ... import home
from ...translate import tr
from ..choice import model_card
from .votes import OTHER

if TYPE_CHECKING:
    from pathlib import Path

_MOST_CLASSES = 100


class OutfitProblem(Exception):
    """The network cannot be used; the message is a sentence for the user."""


@dataclass(frozen=True)
class OutfitCard:
    """The classes in the order of the shares; and class -> the share from which it counts."""

    classes: tuple[str, ...]
    least: dict[str, float]


def find() -> Path:
    """Return the folder of the network, the user's own before the project's; raise OutfitProblem."""
    for directory in home.model_directories():
        if (directory / home.OUTFIT / "model.onnx").is_file():
            return directory / home.OUTFIT
    raise OutfitProblem(tr("The network that looks at clothes is missing; download obs_bgremove again."))


def read_card(folder: Path) -> OutfitCard:
    """Return what the card of ``folder`` says about classes; raise OutfitProblem."""
    try:
        section = model_card.table(model_card.entries(folder / "card.toml"), "outfit")
        classes = _classes(section.get("classes"))
        return OutfitCard(classes, _least(section.get("least"), set(classes) - {OTHER}))
    except model_card.CardProblem as problem:
        raise OutfitProblem(
            tr("{path} cannot be used ({reason}).", path=folder / "card.toml", reason=problem)
        ) from None


def _classes(found: object) -> tuple[str, ...]:
    if isinstance(found, list) and 1 < len(found) <= _MOST_CLASSES:
        names = tuple(name for name in found if isinstance(name, str) and name and name.isprintable())
        if len(set(names)) == len(found) and OTHER in names:
            return names
    raise model_card.CardProblem(f"'classes' must be a list of different names with {OTHER!r} among them")


def _least(found: object, wanted: set[str]) -> dict[str, float]:
    if isinstance(found, dict) and set(found) == wanted:
        least = {name: float(value) for name, value in found.items() if type(value) in (int, float)}
        if len(least) == len(wanted) and all(0 < value <= 1 for value in least.values()):
            return least
    raise model_card.CardProblem(
        f"'least' must have a number above 0 and up to 1 for each of {', '.join(sorted(wanted))}"
    )
