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

from typing import TYPE_CHECKING, NamedTuple

from . import measured

if TYPE_CHECKING:
    from .catalogue import Model
    from .measured import Speed

FRAME_SHARE = 0.5
FRAME_MS = 1000 / 60
PROCESSOR_SHARE = 0.25
CLEARLY_BETTER = 0.9


class Choice(NamedTuple):
    """``name`` is "" for the default model; ``note`` is a sentence about it, or empty."""

    name: str
    note: str = ""


def choose(models: dict[str, Model], device: str) -> Choice:
    """Return the model to take on a device (its name), by the record."""
    best: tuple[Speed, Model, float] | None = None
    for row in sorted(measured.read().speed, key=lambda row: row.round_trip_ms):
        model = models.get(row.model)
        if row.provider != device or model is None or model.error is None or not _may_be_taken(row, model):
            continue
        if best is None or model.error < best[2] * CLEARLY_BETTER:
            best = row, model, model.error
    if best is None:
        return Choice("")
    row, model, _error = best
    return Choice(
        model.name,
        f"Automatic chose {model.title}: {row.round_trip_ms:.1f} ms for an alpha and "
        f"{row.cpu_percent_60fps:.0f} % of one processor at 60 fps, as measured here.",
    )


def _may_be_taken(row: Speed, model: Model) -> bool:
    return (
        model.installed
        and not model.problem
        # Another file by the same name was not measured.
        and row.size == model.file.stat().st_size
        and row.round_trip_ms <= FRAME_MS * FRAME_SHARE
        and row.cpu_percent_60fps <= PROCESSOR_SHARE * 100
    )


def explanation(models: dict[str, Model]) -> str:
    """Return what "Automatic" means here, a sentence for each device that was measured."""
    devices = dict.fromkeys(row.provider for row in measured.read().speed)
    default = "no model is quick enough for Automatic to take it by the figures; it takes the default one."
    return "\n".join(f"On {device}: {choose(models, device).note or default}" for device in devices)
