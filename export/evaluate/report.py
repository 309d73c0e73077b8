# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures of several models as a Markdown report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..common.markdown import table
from .measure import MASK_METRICS, Measured, average

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Metric -> heading, digits. The arrow says which way is better.
_COLUMNS = {
    "mad": ("MAD ↓", 2),
    "mse": ("MSE ↓", 2),
    "grad": ("Grad ↓", 2),
    "conn": ("Conn ↓", 2),
    "edge_mad": ("edge MAD ↓", 1),
    "dtssd": ("dtSSD ↓", 2),
    "flicker": ("flicker ↓", 5),
    "iou": ("IoU ↑", 4),
    "miou": ("mIoU ↑", 4),
    "accuracy": ("accuracy ↑", 4),
    "precision": ("precision ↑", 4),
    "recall": ("recall ↑", 4),
    "f1": ("F1 ↑", 4),
    "boundary_f": ("boundary F ↑", 4),
}
_OF_CLIPS = ("mad", "mse", "grad", "conn", "edge_mad", "dtssd", "flicker", "iou")
_OF_PICTURES = (*MASK_METRICS, "mad")
_NOTE = (
    "Alphas are resized to the picture they are compared with; masks are cut at 0.5. MAD, MSE and edge MAD "
    "(within 10 pixels of the contour) x 1e3, dtSSD x 1e2, Grad and Conn / 1e3; flicker is the mean change "
    "between frames of a still with fresh noise, in 0..1; boundary F tolerates 0.008 of the diagonal. "
    "Clips and sets count the same each, frames within a clip and pictures within a set likewise; the curves "
    "over the threshold take all pixels together. `export/metrics` defines them and names the papers."
)


@dataclass
class Figures:
    """What was measured of one model; empty where nothing was asked for."""

    name: str
    height: int
    width: int
    milliseconds: float
    clips: dict[str, Measured] = field(default_factory=dict)
    pictures: dict[str, Measured] = field(default_factory=dict)

    def quality(self) -> dict[str, float]:
        """Return the card's [quality]: averages over the clips, and each set's figures of the masks."""
        found = {}
        if self.clips:
            for name, value in average(self.clips).items():
                found[f"clips_{name}"] = float(f"{value:.4g}")
        for label, measured in self.pictures.items():
            for name in ("iou", "miou", "f1", "boundary_f"):
                found[f"{label}_{name}"] = round(measured.figures[name], 4)
        return found


def write(figures: list[Figures], processor: str, runtime: str, pictures: dict[str, str]) -> str:
    """Return the report of all ``figures``, measured on ``processor`` with ``runtime``.

    ``pictures``: what the pictures beside the report show -> their paths from it.
    """
    parts = ["# Evaluation", f"{runtime}, one thread of {processor}.", _NOTE]
    first = figures[0].milliseconds
    rows = [
        [entry.name, f"{entry.width}x{entry.height}", f"{entry.milliseconds:.2f}",
         f"{entry.milliseconds / first:.2f}"]
        for entry in figures
    ]  # fmt: skip
    parts += ["## Speed, in turns", table(["model", "input", "ms per frame ↓", "times the first"], rows)]
    if figures[0].clips:
        means = {entry.name: average(entry.clips) for entry in figures}
        parts += ["## Clips", _table(means, _OF_CLIPS), _table(means, MASK_METRICS)]
        for entry in figures:
            clips = {name: of_clip.figures for name, of_clip in entry.clips.items()}
            parts += [f"### {entry.name}", _table(clips, _OF_CLIPS)]
    for label in figures[0].pictures:
        measured = {entry.name: entry.pictures[label].figures for entry in figures}
        parts += [f"## Pictures: {label}", _table(measured, _OF_PICTURES)]
    if pictures:
        parts.append("## To look at")
        parts += [f"![{title}]({path})" for title, path in pictures.items()]
    return "\n\n".join(parts) + "\n"


def _table(rows: dict[str, dict[str, float]], names: Sequence[str]) -> str:
    cells = [
        [row, *(f"{values[name]:.{_COLUMNS[name][1]}f}" for name in names)] for row, values in rows.items()
    ]
    return table(["", *(_COLUMNS[name][0] for name in names)], cells)
