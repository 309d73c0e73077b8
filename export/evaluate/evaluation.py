# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures models by name or path; writes the report and the cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnxruntime

from ..common.errors import ExportError
from ..common.progress import say
from ..graph.runner import Runner
from ..shelf.card import SHELF, read_card
from ..shelf.edit import write_sections
from ..shelf.locate import locate, name_of
from ..shelf.origin import made_of, origin
from . import album, measure, report, speed
from .clips import find as find_clips
from .pictures import find as find_pictures

if TYPE_CHECKING:
    from pathlib import Path


def evaluate(
    models: list[str],
    clips: Path | None,
    pictures: Path | None,
    split: str,
    destination: Path | None,
    cards: bool,
) -> str:
    """Measure ``models`` (names or paths); return the report as Markdown.

    With a ``destination`` (a .md file) the report is written there too, with curves and contact sheets of the
    worst pictures in a folder of the same name beside it. With ``cards`` the figures are written to [quality]
    and [speed] of the models' cards; figures that were not measured this time stay there.

    Raises ExportError if a model is missing or breaks the contract, if there are no clips or pictures where
    they should be, or if ``destination`` cannot be written.
    """
    if destination:
        _prepare(destination)
    if clips:
        find_clips(clips)
    if pictures:
        find_pictures(pictures, split)
    paths = [locate(model) for model in models]
    names = [name_of(path) for path in paths]
    for name in names:
        if names.count(name) > 1:
            raise ExportError(f"Two of the models are called {name!r}; rename one's file or folder.")
    processor, runtime = speed.processor(), f"onnxruntime {onnxruntime.__version__}"
    figures = _measured(paths, clips, pictures, split)
    pictures_shown = album.write(figures, destination.with_suffix("")) if destination else {}
    text = report.write(figures, processor, runtime, pictures_shown)
    if destination:
        destination.write_text(text, encoding="utf-8")
    if cards:
        for path, entry in zip(paths, figures):
            _write_cards(path, entry, processor, runtime)
    return text


def _measured(
    paths: list[Path], clips: Path | None, pictures: Path | None, split: str
) -> list[report.Figures]:
    runners, figures = [Runner(path) for path in paths], []
    for path, runner, milliseconds in zip(paths, runners, speed.in_turns(runners)):
        say(f"{name_of(path)}:")
        entry = report.Figures(name_of(path), runner.height, runner.width, milliseconds)
        if clips:
            entry.clips = measure.on_clips(runner, clips)
        if pictures:
            entry.pictures = measure.on_pictures(runner, pictures, split)
        figures.append(entry)
    return figures


def _prepare(destination: Path) -> None:
    """Make the folder beside the report.

    Before the first measurement, which may take an hour. Raises ExportError if it cannot be made.
    """
    import matplotlib  # noqa: F401

    if destination.suffix != ".md":
        raise ExportError(f"{destination} is not a Markdown file; let --report end with .md.")
    _make_directory(destination.with_suffix(""))


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"{path} cannot be made ({error.strerror}); give --report a place that is writable."
        ) from None


def _write_cards(path: Path, figures: report.Figures, processor: str, runtime: str) -> None:
    """Fill the cards of the model at ``path``; print a line for each, also where one cannot be filled.

    It raises nothing: an error would lose what took long to measure.
    """
    measured: dict[str, str | float] = {"milliseconds": round(figures.milliseconds, 2), "threads": 1}
    measured.update(processor=processor, runtime=runtime)
    cards = _cards(path)
    if not cards:
        say(f"  {path} has no card to fill.")
    for card in cards:
        try:
            known = read_card(card).quality | figures.quality()
            write_sections(card, {"quality": known, "speed": measured} if known else {"speed": measured})
            say(f"  {card} filled.")
        except ExportError as error:
            say(f"  {error}")


def _cards(path: Path) -> list[Path]:
    """Return the card beside a model.onnx, and the shelf's own card if the model was fetched by it.

    A model that only has the same name does not count.
    """
    if path.name != "model.onnx":
        return []
    beside, shelf = path.resolve().parent / "card.toml", SHELF / name_of(path) / "card.toml"
    found = [beside] if beside.is_file() else []
    if beside != shelf and shelf.is_file():
        card = read_card(shelf)
        if card.fetch and made_of(path) == origin(card):
            found.append(shelf)
    return found
