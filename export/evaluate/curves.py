# SPDX-License-Identifier: GPL-2.0-or-later
"""Curves of a report as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..metrics import Thresholds


def thresholds(models: dict[str, Thresholds], title: str, path: Path) -> None:
    """Draw precision over recall, and F1 over the threshold, of each model."""
    figure, (left, right) = _axes(2)
    for name, counted in models.items():
        levels, precision, recall, f1 = counted.curve()
        # At the threshold 0 everything is person: a point far off, for any model.
        left.plot(recall[1:], precision[1:], label=name)
        right.plot(levels[1:], f1[1:], label=name)
    left.set(title=f"{title}: precision and recall", xlabel="recall", ylabel="precision")
    right.set(title=f"{title}: F1", xlabel="threshold of the alpha", ylabel="F1", ylim=(None, 1))
    _save(figure, (left, right), path)


def courses(clips: dict[str, dict[str, list[float]]], path: Path) -> None:
    """Draw the MAD of each frame, clip by clip: clip name -> model -> one value a frame."""
    figure, axes = _axes(len(clips))
    for axis, (clip, models) in zip(axes, clips.items()):
        for name, course in models.items():
            axis.plot(range(len(course)), course, label=name)
        axis.set(title=clip, xlabel="frame", ylabel="MAD x 1e3", ylim=(0, None))
    _save(figure, axes, path)


def _axes(count: int) -> tuple[Figure, list[Axes]]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    columns = min(count, 2)
    rows = -(-count // columns)
    size = (11, 3.2 * rows)
    figure, axes = pyplot.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for axis in axes.flat[count:]:
        axis.set_visible(False)
    return figure, list(axes.flat[:count])


def _save(figure: Figure, axes: Sequence[Axes], path: Path) -> None:
    from matplotlib import pyplot

    for axis in axes:
        axis.grid(alpha=0.3)
    axes[0].legend()
    figure.savefig(path, dpi=80)
    pyplot.close(figure)
