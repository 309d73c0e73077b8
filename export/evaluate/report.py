# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures of several models as a Markdown report."""

from __future__ import annotations

from dataclasses import dataclass, field

from .measure import PICTURE_METRICS, average

#: Of clips: metric -> heading, digits. The arrow says which way is better.
_CLIP_COLUMNS = {
    "mad": ("MAD ↓", 2),
    "mse": ("MSE ↓", 2),
    "grad": ("Grad ↓", 2),
    "conn": ("Conn ↓", 2),
    "edge_mad": ("edge MAD ↓", 1),
    "dtssd": ("dtSSD ↓", 2),
    "iou": ("IoU ↑", 3),
    "flicker": ("flicker ↓", 5),
}
_PICTURE_HEADINGS = {"iou": "IoU", "miou": "mIoU", "accuracy": "accuracy", "precision": "precision"}
_PICTURE_HEADINGS.update({"recall": "recall", "f1": "F1", "mad": "MAD ↓"})
_NOTE = (
    "Alphas are resized to the picture they are compared with; masks are cut at 0.5. MAD, MSE and edge MAD "
    "(within 10 pixels of the contour) x 1e3, dtSSD x 1e2, Grad and Conn / 1e3; flicker is the mean change "
    "between frames of a still with fresh noise, in 0..1. Clips and sets count the same each, frames within "
    "a clip likewise. `export/metrics` defines them and names the papers."
)


@dataclass
class Figures:
    """What was measured of one model; empty where nothing was asked for."""

    name: str
    height: int
    width: int
    milliseconds: float
    clips: dict[str, dict[str, float]] = field(default_factory=dict)
    pictures: dict[str, dict[str, float]] = field(default_factory=dict)

    def quality(self) -> dict[str, float]:
        """Return the card's [quality]: averages over the clips, and each set's figures of the masks."""
        found = {}
        if self.clips:
            for name, value in average(self.clips).items():
                found[f"clips_{name}"] = float(f"{value:.4g}")
        for label, values in self.pictures.items():
            for name in ("iou", "miou", "f1"):
                found[f"{label}_{name}"] = round(values[name], 4)
        return found


def table(headings: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table whose columns after the first are right-aligned."""
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(figures: list[Figures], processor: str, runtime: str) -> str:
    """Return the report of all ``figures``, measured on ``processor`` with ``runtime``."""
    parts = ["# Evaluation", f"{runtime}, one thread of {processor}.", _NOTE]
    rows = [[entry.name, f"{entry.width}x{entry.height}", f"{entry.milliseconds:.2f}"] for entry in figures]
    parts += ["## Speed", table(["model", "input", "ms per frame ↓"], rows)]
    if figures[0].clips:
        parts.append("## Clips")
        parts.append(_clip_table([(entry.name, average(entry.clips)) for entry in figures]))
        for entry in figures:
            parts += [f"### {entry.name}", _clip_table(list(entry.clips.items()))]
    for label in figures[0].pictures:
        rows = [
            [
                entry.name,
                *(
                    _number(entry.pictures[label][name], 1 if name == "mad" else 4)
                    for name in PICTURE_METRICS
                ),
            ]
            for entry in figures
        ]
        headings = ["model", *(_PICTURE_HEADINGS[name] for name in PICTURE_METRICS)]
        parts += [f"## Pictures: {label}", table(headings, rows)]
    return "\n\n".join(parts) + "\n"


def _clip_table(rows: list[tuple[str, dict[str, float]]]) -> str:
    headings = ["", *(heading for heading, _ in _CLIP_COLUMNS.values())]
    cells = [
        [name, *(_number(values[key], digits) for key, (_, digits) in _CLIP_COLUMNS.items())]
        for name, values in rows
    ]
    return table(headings, cells)


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"
