# SPDX-License-Identifier: GPL-2.0-or-later
"""What a model's card.toml says: read strictly, because anybody may have written it."""

from __future__ import annotations

import contextlib
import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


def _toml_reader() -> ModuleType | None:
    """Return the module that reads TOML; None if Python is older than 3.11 and tomli is missing."""
    for name in ("tomllib", "tomli"):
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    return None


tomllib = _toml_reader()

#: Bytes of a card; ours have two thousand.
_LARGEST = 1 << 18
#: No model takes larger pictures (see link/layout.py), and none needs more frames to settle.
_LARGEST_SIDE, _MOST_FRAMES = 16384, 10_000
#: A larger error than that of alphas that are wrong everywhere, in thousandths.
_WORST = 1_000_000
#: Characters that a list or a page can show.
_TITLE, _SUMMARY = 100, 2000


class CardProblem(Exception):
    """What is wrong with a card, half a sentence."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """The fields of a card that the worker needs."""

    title: str
    summary: str = ""
    height: int = 0
    width: int = 0
    default: bool = False
    settle_frames: int = 0
    #: The model whose graph it is, at another size: the name of a folder beside its own. Empty: its own.
    weights: str = ""
    #: What it keeps, for a list; empty: people.
    subject: str = ""
    #: Mean error of its alphas on our clips, lower is better; None if nobody measured it.
    error: float | None = None

    def graph(self, folder: Path) -> Path:
        """Return the file of the graph, of a model whose card lies in ``folder``."""
        return (folder.parent / self.weights if self.weights else folder) / "model.onnx"


def entries(file: Path) -> dict[str, Any]:
    """Return everything that a card says; raise CardProblem."""
    if tomllib is None:
        raise CardProblem("the Python package tomli is missing; run install.py")
    try:
        size = file.stat().st_size
        if size > _LARGEST:
            raise CardProblem(f"it has {size} bytes, more than {_LARGEST}")
        read_in: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except RecursionError:
        raise CardProblem("it is nested too deeply") from None
    except (OSError, ValueError) as error:
        raise CardProblem(str(error)) from None
    return read_in


def read(file: Path, title: str) -> Card:
    """Return what a card says, with ``title`` if it has none; raise CardProblem."""
    card = entries(file)
    frame, recurrent, quality = (table(card, name) for name in ("input", "recurrent", "quality"))
    return Card(
        title=_text(card, "title", _TITLE, title),
        summary=_text(card, "summary", _SUMMARY, ""),
        height=_whole(frame, "height", _LARGEST_SIDE),
        width=_whole(frame, "width", _LARGEST_SIDE),
        default=card.get("default") is True,
        settle_frames=_whole(recurrent, "settle_frames", _MOST_FRAMES),
        weights=_folder(card, "weights"),
        subject=_text(card, "subject", _TITLE, ""),
        error=_error(quality),
    )


def table(card: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a section of a card, empty if there is none; raise CardProblem."""
    found = card.get(name, {})
    if not isinstance(found, dict):
        raise CardProblem(f"{name!r} is no table")
    return found


def _text(table: dict[str, Any], name: str, longest: int, usual: str) -> str:
    found = table.get(name, usual)
    if not isinstance(found, str):
        raise CardProblem(f"{name!r} is no text")
    shown = "".join(one for one in found if one.isprintable() or one == "\n").strip()
    return (shown if len(shown) <= longest else f"{shown[: longest - 3]}...") or usual


def _folder(table: dict[str, Any], name: str) -> str:
    found = table.get(name, "")
    # Nothing beyond the folder that all models lie in.
    if not isinstance(found, str) or found in (".", "..") or set(found) & set("/\\:\0"):
        raise CardProblem(f"{name!r} is not the name of a model")
    return found


def _whole(table: dict[str, Any], name: str, most: int) -> int:
    found = table.get(name, 0)
    # A bool is an int to Python.
    if type(found) is not int or not 0 <= found <= most:
        raise CardProblem(f"{name!r} is no whole number from 0 to {most}")
    return found


def _error(quality: dict[str, Any]) -> float | None:
    found = quality.get("clips_mad")
    if found is None:
        return None
    # Also refuses what is no number at all (nan): it is not smaller than anything.
    if type(found) not in (int, float) or not 0 <= found <= _WORST:
        raise CardProblem(f"'clips_mad' is no number from 0 to {_WORST}")
    return float(found)
