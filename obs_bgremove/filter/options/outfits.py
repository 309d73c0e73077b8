# SPDX-License-Identifier: GPL-2.0-or-later
"""Which background suits which clothes: a preset, or a picture of the user's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ...files import as_path, as_text
from .media_files import PICTURES, is_one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Suits(NamedTuple):
    """``preset``: the background that is drawn; ``words``: what names of folders and pictures may hold."""

    preset: str
    words: tuple[str, ...]


#: Class of clothes -> its background. The keys are those of ``settings.OUTFITS``.
SUITS = {
    "beachwear": Suits("beach", ("beach", "sea", "pool")),
    "workwear": Suits("office", ("office", "work")),
    "sportswear": Suits("sports_ground", ("sport", "stadium", "gym", "workout")),
}


def picture_for(outfit: str, folder: str) -> str:
    """Return the path of the user's own picture for clothes; empty if there is none.

    The first one, by name, of a folder in ``folder`` whose name has one of the words, else the first
    picture of ``folder`` itself with one in its own name.
    """
    if not folder or outfit not in SUITS:
        return ""
    root = as_path(folder)
    suiting = [path for path in _listed(root) if outfit in _suited(path.name)]
    # What is no folder is listed as an empty one.
    inside = (picture for path in suiting for picture in _pictures(_listed(path)))
    found = next(inside, None) or next(_pictures(suiting), None)
    return as_text(found) if found else ""


def _listed(folder: Path) -> list[Path]:
    """Return what lies in a folder, by name; nothing if it cannot be read."""
    try:
        return sorted((folder / name for name in os.listdir(folder)), key=lambda path: path.name.casefold())  # noqa: PTH208
    except OSError:
        return []


def _pictures(paths: Iterable[Path]) -> Iterator[Path]:
    # Path.is_file raises where the drive has gone.
    return (path for path in paths if is_one_of(path.name, PICTURES) and os.path.isfile(path))  # noqa: PTH113


def _suited(name: str) -> set[str]:
    """Return the classes of clothes whose words a name holds; "workout" does not hold "work"."""
    left, found = name.casefold(), set()
    words = [(word, outfit) for outfit, suits in SUITS.items() for word in suits.words]
    for word, outfit in sorted(words, key=lambda entry: -len(entry[0])):
        if word in left:
            found.add(outfit)
            left = left.replace(word, " ")
    return found
