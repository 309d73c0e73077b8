# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export outfits``: trains and measures the network that sees what people wear."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from obs_bgremove import home

from ..common.errors import ExportError

if TYPE_CHECKING:
    import argparse

    from ..common.arrays import Floats, Numbers
    from . import labels


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    training = actions.add_parser("train", help="learn from labelled photographs")
    _photographs(training)
    training.add_argument(
        "--cache",
        type=Path,
        required=True,
        metavar="DIR",
        help="keeps what the fixed part of the network saw",
    )
    training.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="the model's folder")
    training.add_argument(
        "--tune",
        type=int,
        default=2,
        metavar="N",
        help="trains the whole network on, in so many passes; 0: its head alone (default: %(default)s)",
    )
    measuring = actions.add_parser("evaluate", help="measure on labelled photographs that are sure")
    _photographs(measuring)
    measuring.add_argument(
        "--model", type=Path, default=home.PROJECT / "models" / home.OUTFIT, metavar="FOLDER",
        help="the model's folder; the project's own if not given",
    )  # fmt: skip
    measuring.add_argument("--json", type=Path, metavar="FILE", help="class: precision, recall, f1, support")
    measuring.add_argument(
        "--charts",
        type=Path,
        metavar="DIR",
        help="precision over recall, and the confusion matrix, as pictures",
    )


def _photographs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--labels", type=Path, required=True, metavar="FILE.csv", help="set, split, file, outfit, sure, group"
    )
    parser.add_argument(
        "--images", type=Path, required=True, metavar="DIR", help="holds SET/SPLIT/images/FILE"
    )


def run(options: argparse.Namespace) -> None:
    """Train or measure; raises ExportError."""
    from . import labels

    judged = labels.read(options.labels, options.images)
    (_train if options.action == "train" else _evaluate)(options, judged)


def _train(options: argparse.Namespace, judged: list[labels.Label]) -> None:
    from .fine_tuning import Tuning
    from .training import Recipe, train
    from .whole import train_whole

    recipe = Recipe()
    if options.tune < 0:
        raise ExportError("--tune is a number of passes: 0 or more.")
    if options.tune == 0:
        print(_table(train(judged, options.cache, options.into, recipe).figures()))
        return
    compared = train_whole(judged, options.cache, options.into, recipe, Tuning(passes=options.tune))
    print("The head alone, on the photographs held out:", _table(compared.head.figures()), sep="\n")
    print("The whole network, on the same:", _table(compared.whole.figures()), sep="\n")


def _evaluate(options: argparse.Namespace, judged: list[labels.Label]) -> None:
    import json

    import numpy as np

    from obs_bgremove.files import replace_whole

    from . import scores
    from .evaluation import Measured
    from .labels import CLASSES

    sure = [label for label in judged if label.sure]
    if not sure:
        raise ExportError(f"{options.labels} names no photograph that is sure.")
    network = Measured(options.model)
    shares = network.shares(sure)
    truth = np.array([CLASSES.index(label.outfit) for label in sure])
    found = scores.decide(shares, network.least)
    figures = scores.of(truth, found)
    if options.json:
        replace_whole(options.json, json.dumps(figures, indent=2) + "\n")
    if options.charts:
        _draw(options.charts, shares, truth, found)
    print(_table(figures))


def _draw(into: Path, shares: Floats, truth: Numbers, found: Numbers) -> None:
    from . import charts, scores

    into.mkdir(parents=True, exist_ok=True)
    charts.precision_recall(shares, truth, found, into / "precision-recall.png")
    charts.confusion(scores.confusion(truth, found), into / "confusion.png")


def _table(figures: dict[str, dict[str, float]]) -> str:
    from ..common.markdown import table

    rows = [
        [name, *(f"{of[key]:.3f}" for key in ("precision", "recall", "f1")), f"{of['support']:.0f}"]
        for name, of in figures.items()
    ]
    return table(["class", "precision", "recall", "F1", "photographs"], rows)
