# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws how good the network is: precision over recall of each class, and what is taken for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import scores
from .labels import CLASSES

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from ..common.arrays import Floats, Numbers


def precision_recall(shares: Floats, truth: Numbers, found: Numbers, path: Path) -> None:
    """Draw a curve for each class but the last, over its own threshold, and a mark where it is used (PNG).

    ``shares``: float [N, C]; ``truth`` and ``found`` (what was decided): int [N].
    """
    figures = scores.of(truth, found)
    figure, axis = _figure((5, 4.2))
    for number in range(scores.CLOTHES):
        order = np.argsort(-shares[:, number])
        right = np.cumsum(truth[order] == number)
        taken = np.arange(1, len(order) + 1)
        recall = right / max(1, right[-1])
        (line,) = axis.plot(recall, right / taken, label=CLASSES[number])
        used = figures[CLASSES[number]]
        axis.plot(used["recall"], used["precision"], "o", color=line.get_color())
    axis.set(xlabel="recall", ylabel="precision", xlim=(0, 1.01), ylim=(0, 1.01))
    axis.grid(alpha=0.3)
    axis.legend(loc="lower left")
    _save(figure, path)


def confusion(counts: Numbers, path: Path) -> None:
    """Draw a confusion matrix (PNG): ``counts`` is int [C, C], rows are what is worn."""
    figure, axis = _figure((5, 4.2))
    parts = counts / np.maximum(1, counts.sum(1, keepdims=True))
    axis.imshow(parts, cmap="Blues", vmin=0, vmax=1)
    axis.set_xticks(range(len(CLASSES)), CLASSES)
    axis.set_yticks(range(len(CLASSES)), CLASSES)
    axis.set(xlabel="taken for", ylabel="worn")
    for row, column in np.ndindex(counts.shape):
        shade = "white" if parts[row, column] > 0.5 else "black"
        axis.text(column, row, str(counts[row, column]), ha="center", va="center", color=shade)
    _save(figure, path)


def _figure(size: tuple[float, float]) -> tuple[Figure, Any]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=size, layout="constrained")
    return figure, axis


def _save(figure: Figure, path: Path) -> None:
    from matplotlib import pyplot

    figure.savefig(path, dpi=80)
    pyplot.close(figure)
