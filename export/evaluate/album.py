# SPDX-License-Identifier: GPL-2.0-or-later
"""The pictures that lie beside a report: curves, and contact sheets of what each model does worst."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from ..common.errors import ExportError
from ..metrics import Thresholds
from . import curves, sheet
from .measure import WORST
from .worst import worst

if TYPE_CHECKING:
    from pathlib import Path

    from .report import Figures


def write(figures: list[Figures], folder: Path) -> dict[str, str]:
    """Write the pictures of all ``figures`` to ``folder``, which exists.

    Returns what each shows -> its path from the report, which lies beside the folder.
    """
    shown = {}

    def place(title: str, name: str) -> Path:
        shown[title] = f"{folder.name}/{name}"
        return folder / name

    if figures[0].clips:
        clips = {
            clip: {entry.name: entry.clips[clip].course for entry in figures} for clip in figures[0].clips
        }
        curves.courses(clips, place("MAD of each frame of the clips", "clips-mad.png"))
        counted = {
            entry.name: Thresholds.sum(measured.thresholds for measured in entry.clips.values())
            for entry in figures
        }
        curves.thresholds(counted, "clips", place("Thresholds, clips", "clips-thresholds.png"))
    for label in figures[0].pictures:
        counted = {entry.name: entry.pictures[label].thresholds for entry in figures}
        curves.thresholds(counted, label, place(f"Thresholds, {label}", f"{label}-thresholds.png"))
    for entry in figures:
        groups = {label: measured.worst for label, measured in entry.pictures.items()}
        if entry.clips:
            frames = [sample for measured in entry.clips.values() for sample in measured.worst]
            groups = {"clips": worst(frames, WORST), **groups}
        for label, samples in groups.items():
            path = place(f"{entry.name}: the worst of {label}", f"{label}-worst-{entry.name}.png")
            if not cv2.imwrite(str(path), sheet.draw(samples)):
                raise ExportError(f"{path} cannot be written; give --report a place that is writable.")
    return shown
