# SPDX-License-Identifier: GPL-2.0-or-later
"""Model cards: reading them. ``edit`` changes them."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict, cast

from obs_bgremove import home

from ..common.errors import ExportError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: The shelf of this checkout.
SHELF = Path(__file__).resolve().parent.parent.parent / "models"


class Fetch(TypedDict, total=False):
    """Where a network comes from; ``files``: path in the package -> SHA-256, ``size`` in bytes."""

    registry: str
    package: str
    version: str
    tags: str
    size: int
    format: str
    files: dict[str, str]


class Convert(TypedDict, total=False):
    """How it is converted."""

    steady: bool
    size: str
    downsample_ratio: float


class Speed(TypedDict, total=False):
    """How long a frame takes, and on what it was measured."""

    milliseconds: float
    threads: int
    processor: str
    runtime: str


@dataclass(frozen=True)
class Card:
    """The content of a ``card.toml``.

    ``height`` and ``width`` are those of the model's input in pixels; ``fetch``, ``convert``,
    ``quality`` and ``speed`` are the sections of these names, empty where there is none.
    """

    path: Path
    title: str
    summary: str
    licence: str
    source: str
    height: int
    width: int
    default: bool = False
    fetch: Fetch = field(default_factory=Fetch)
    convert: Convert = field(default_factory=Convert)
    quality: dict[str, float] = field(default_factory=dict)
    speed: Speed = field(default_factory=Speed)

    @property
    def name(self) -> str:
        """The model's name: that of its folder."""
        return self.path.parent.name


def read_card(path: Path) -> Card:
    """Read one card; raise ExportError if it is missing, not TOML, or lacks a key."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExportError(
            f"{path} cannot be read ({error.strerror}); a model folder needs a card.toml."
        ) from None
    except ValueError as error:
        raise ExportError(f"{path} is not a TOML file ({error}); correct it.") from None
    try:
        return Card(
            path=path,
            title=str(entries["title"]),
            summary=str(entries["summary"]),
            licence=str(entries["licence"]),
            source=str(entries["source"]),
            height=int(entries["input"]["height"]),
            width=int(entries["input"]["width"]),
            default=bool(entries.get("default", False)),
            fetch=cast("Fetch", dict(entries.get("fetch", {}))),
            convert=cast("Convert", dict(entries.get("convert", {}))),
            quality=dict(entries.get("quality", {})),
            speed=cast("Speed", dict(entries.get("speed", {}))),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ExportError(
            f"{path} lacks a usable entry {error}; the cards in models/ show whole ones."
        ) from None


def shelf_cards(shelf: Path = SHELF) -> list[Card]:
    """Return the cards of a directory of model folders, the default model first, then by name.

    That of the network which looks at clothes is not among them: it has no alphas to compare.
    """
    cards = [read_card(path) for path in sorted(shelf.glob("*/card.toml")) if path.parent.name != home.OUTFIT]
    return sorted(cards, key=lambda card: (not card.default, card.name))


def named_card(name: str, shelf: Path = SHELF) -> Card:
    """Return the card of the shelf's model ``name``; raise ExportError listing the names if there is none."""
    path = shelf / name / "card.toml"
    # A name is one folder of the shelf, never a path out of it.
    if Path(name).name != name or not path.is_file():
        known = ", ".join(sorted(card.parent.name for card in shelf.glob("*/card.toml")))
        raise ExportError(f"There is no model named {name!r}; the models are: {known}.")
    return read_card(path)


def parse_size(size: str) -> tuple[int, int]:
    """Return height and width of HEIGHTxWIDTH; raise ExportError if it is something else."""
    match = re.fullmatch(r"(\d+)x(\d+)", size)
    if not match:
        raise ExportError(f"--size is {size!r}; it must be HEIGHTxWIDTH, like 384x256.")
    return int(match[1]), int(match[2])
