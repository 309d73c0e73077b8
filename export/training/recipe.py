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

    ``shipped`` says that the weights are to be given away: then only free alphas may teach them.
    ``train``, ``val`` and ``test`` are sets of stills; ``backgrounds`` directories of pictures (for
    clips), of which every 20th is kept for validation and test. Without ``val`` every 20th still of ``train``
    validates instead of teaching. ``init`` is a checkpoint of the same network, below the data's root, to
    start from, or ``models/NAME``, what is on the shelf; ``entropy`` the weight of the cross entropy in the
    loss, ``edge`` how much more what is near a contour counts. ``contrast``: so many times narrower are the
    edges of our own labels, which are means of several answers. ``steps``: at most so many batches per
    epoch (0: all there are).
    ``started_rate``: what started from published weights learns at this share of ``rate``, with 0 not at
    all. ``blend``: so far from the published weights towards those of ``init`` it starts. ``teacher``: an
    installed model that refines the alphas of clips, also of those that validate. ``things`` are directories
    of cut-outs (pictures with an alpha) and ``videos`` of videos in which nobody is, held out as the
    backgrounds are; before these are the people of the share ``busy`` of the clips.
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
    teacher: str = ""
    decay: float = 1e-2
    warmup: int = 500
    patience: int = 15
    workers: int = 8
    precision: str = "32-true"

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
