# SPDX-License-Identifier: GPL-2.0-or-later
"""Recipes: everything that a training depends on, in one TOML file."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ..common.errors import ExportError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Type of an entry, as it is written in Recipe -> what TOML may give for it, and what that is called.
_KINDS = {
    "str": ((str,), "a text in quotes"),
    "int": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
    "bool": ((bool,), "true or false"),
    "dict[str, Any]": ((dict,), "a section"),
    "list[str]": ((list,), "a list of texts"),
}
#: Entries that make no sense at 0; none is sensible below.
_POSITIVE = (
    "height", "width", "frames", "epochs", "clips", "clips_val", "batch", "rate", "contrast", "patience",
)  # fmt: skip
#: The recipes that come with the project.
RECIPES = Path(__file__).resolve().parent.parent / "recipes"


@dataclass(frozen=True)
class Recipe:
    """One training. Sizes in pixels, ``frames`` per clip (1: single stills), paths below the data's root.

    - ``shipped``: the weights are to be given away, so only free alphas may teach them.
    - ``train``, ``val``, ``test``: sets of stills. Without ``val`` every 20th still of ``train`` validates
      instead of teaching.
    - ``backgrounds``: directories of pictures for clips. Every 20th is kept for validation and test.
    - ``things``, ``videos``: directories of cut-outs (pictures with an alpha), and of videos without people,
      held out in the same way. In the share ``busy`` of the clips they move behind the people. In the share
      ``held`` of all clips somebody holds a thing, a piece of a background or a drawn one.
    - ``init``: the checkpoint of the same network to start from, below the data's root; ``models/NAME`` are
      the weights that the project ships.
    - ``blend``: how far to start from the published weights (0) towards those of ``init`` (1).
    - ``started_rate``: the share of ``rate`` for weights that were published ones; 0 keeps them as they are.
    - ``frozen``: parts of the network that stay entirely as they are, such as "encoder".
    - ``teacher``: an installed model that refines the alphas of clips, also of those that validate; with
      ``busy`` clips only near the contour, as what moves may deceive the teacher too.
    - ``filmed``: clips are made, and refined by the teacher, at this many times the height and width (at
      least 1), then made smaller.
    - ``entropy``: the weight of the cross entropy in the loss. ``edge``: additional weight of what is near
      a contour.
    - ``contrast``: the factor by which the edges of our own labels, which are means of several answers, are
      made narrower.
    - ``steps``: the most batches of an epoch (0: all there are).
    """

    name: str
    network: str
    height: int
    width: int
    shipped: bool
    train: list[str]
    test: list[str]
    val: list[str] = field(default_factory=list)
    backgrounds: list[str] = field(default_factory=list)
    things: list[str] = field(default_factory=list)
    videos: list[str] = field(default_factory=list)
    busy: float = 0.0
    held: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)
    init: str = ""
    entropy: float = 0.3
    edge: float = 0.0
    contrast: float = 1.0
    frames: int = 1
    seed: int = 1
    epochs: int = 100
    steps: int = 0
    clips: int = 4000
    clips_val: int = 200
    batch: int = 16
    rate: float = 1e-3
    started_rate: float = 1.0
    blend: float = 1.0
    frozen: list[str] = field(default_factory=list)
    teacher: str = ""
    filmed: float = 1.0
    decay: float = 1e-2
    warmup: int = 500
    patience: int = 15
    workers: int = 8
    precision: str = "32-true"

    @property
    def filmed_size(self) -> tuple[int, int]:
        """Height and width, in pixels, at which clips are made; stills are made at their own size."""
        larger = self.filmed if self.frames > 1 else 1.0
        return round(self.height * larger), round(self.width * larger)

    def folders(self, root: Path, split: str) -> list[Path]:
        """Return the folders of ``split``: train, val, test, backgrounds, things or videos."""
        return [root / entry for entry in getattr(self, split)]


def read(path: Path) -> Recipe:
    """Read a recipe, by path or by the name of one in recipes/; raise ExportError if it is not one."""
    if not path.suffix and not path.exists():
        path = RECIPES / f"{path.name}.toml"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        recipes = ", ".join(sorted(entry.stem for entry in RECIPES.glob("*.toml")))
        raise ExportError(
            f"{path} cannot be read ({error.strerror}); name a recipe's file, or one of: {recipes}."
        ) from None
    except ValueError as error:
        raise ExportError(f"{path} is not a TOML file ({error}); correct it.") from None
    known = {entry.name for entry in fields(Recipe)} - {"name"}
    for key in entries:
        if key not in known:
            raise ExportError(f"{path} has an unknown entry {key!r}; known are {', '.join(sorted(known))}.")
    try:
        recipe = Recipe(name=path.stem, **entries)
    except TypeError as error:
        missing = str(error).rpartition(": ")[2]
        raise ExportError(f"{path} lacks the entries {missing}; complete it.") from None
    for entry in fields(Recipe):
        _check(path, entry.name, getattr(recipe, entry.name), str(entry.type))
    _check_together(path, recipe)
    return recipe


def _check_together(path: Path, recipe: Recipe) -> None:
    """Raise ExportError if entries contradict each other."""
    if recipe.frames > 1 and not recipe.backgrounds:
        raise ExportError(f"{path} asks for clips but names no backgrounds; add the entry 'backgrounds'.")
    if recipe.busy and (recipe.frames == 1 or not (recipe.things or recipe.videos)):
        raise ExportError(f"{path} asks for busy clips; set 'frames', and name 'things' or 'videos'.")
    if recipe.held > 1 or (recipe.held and recipe.frames == 1):
        raise ExportError(f"{path}: held is {recipe.held!r}; it must be a share of clips, at most 1.")
    if recipe.filmed < 1:
        raise ExportError(f"{path}: filmed is {recipe.filmed!r}; it must be at least 1.")
    if recipe.busy > 1:
        raise ExportError(f"{path}: busy is {recipe.busy!r}; it must be a share, at most 1.")
    if recipe.teacher and recipe.frames == 1:
        raise ExportError(
            f"{path} names a teacher, which refines clips; set 'frames' or leave 'teacher' out."
        )
    seen = set(recipe.test) & (set(recipe.train) | set(recipe.val))
    if seen:
        raise ExportError(f"{path} tests on {sorted(seen)[0]!r}, which it learns from; name another split.")


def _check(path: Path, key: str, value: Any, kind: str) -> None:  # noqa: ANN401 - whatever TOML gives
    types, wanted = _KINDS[kind]
    right = isinstance(value, types) and isinstance(value, bool) == (kind == "bool")
    if not right or (kind == "list[str]" and not all(isinstance(entry, str) for entry in value)):
        raise ExportError(f"{path}: {key} is {value!r}; it must be {wanted}.")
    if kind in ("int", "float") and (value < 0 or (key in _POSITIVE and not value)):
        least = "more than 0" if key in _POSITIVE else "0 or more"
        raise ExportError(f"{path}: {key} is {value!r}; it must be {least}.")
