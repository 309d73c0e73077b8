# SPDX-License-Identifier: GPL-2.0-or-later
"""Which model "Automatic" means on this machine.

The one place that says so. From what the bench recorded, a model may be taken on a device if

- its round trip takes at most half of a frame at 60 frames per second (``FRAME_SHARE``), and
- its worker takes at most a quarter of one processor at that rate (``PROCESSOR_SHARE``), so that
  on a machine without a GPU the game and the encoder keep theirs.

Among these, from the quickest on, a slower one is taken only if it is clearly better: if the mean
error of its alphas on our clips (``clips_mad`` in the cards' [quality]) is lower by a tenth. Where
nothing was measured, or nothing may be taken, it is the catalogue's default model.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from ... import home

if TYPE_CHECKING:
    from .catalogue import Model

FRAME_SHARE = 0.5
FRAME_MS = 1000 / 60
PROCESSOR_SHARE = 0.25
CLEARLY_BETTER = 0.9


class Choice(NamedTuple):
    """``name`` is "" for the default model; ``note`` is a sentence about it, or empty."""

    name: str
    note: str = ""


def read() -> list[dict]:
    """Return the rows of the bench that was recorded last; none if there is no readable record."""
    try:
        rows = json.loads(home.speed_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def write(rows: list[dict]) -> None:
    """Replace the record, whole or not at all."""
    path = home.speed_file()
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    os.replace(fresh, path)


def choose(models: dict[str, Model], device: str) -> Choice:
    """Return the model to take on a device, by the record."""
    rows = [row for row in read() if row.get("provider") == device]
    try:
        fitting = [row for row in rows if _may_be_taken(row, models.get(row["model"]))]
        fitting.sort(key=lambda row: row["round_trip_ms"])
    except (KeyError, TypeError):
        # A record of another version.
        return Choice("")
    best = None
    for row in fitting:
        error = models[row["model"]].error
        if best is None or error < models[best["model"]].error * CLEARLY_BETTER:
            best = row
    if best is None:
        return Choice("")
    return Choice(
        best["model"],
        f"Automatic chose {models[best['model']].title}: {best['round_trip_ms']:.1f} ms for an alpha and "
        f"{best['cpu_percent_60fps']:.0f} % of one processor at 60 fps, as measured here.",
    )


def _may_be_taken(row: dict, model: Model | None) -> bool:
    return (
        model is not None
        and model.installed
        and not model.problem
        and model.error is not None
        # Another file by the same name was not measured.
        and row["size"] == model.file.stat().st_size
        and row["round_trip_ms"] <= FRAME_MS * FRAME_SHARE
        and row["cpu_percent_60fps"] <= PROCESSOR_SHARE * 100
    )


def explanation(models: dict[str, Model]) -> str:
    """Return what "Automatic" means here, a sentence for each device that was measured."""
    devices = list(dict.fromkeys(row.get("provider", "") for row in read()))
    told = [(device, choose(models, device).note) for device in devices]
    default = "no model is quick enough for Automatic to take it by the figures; it takes the default one."
    return "\n".join(f"On {device}: {note or default}" for device, note in told)
