# SPDX-License-Identifier: GPL-2.0-or-later
"""Which model "Automatic" means: the best that this machine affords.

It is decided here alone, by what the bench recorded on this machine and by what OBS allows (``Allowance``):
the pictures per second of the source, and the setting "How much of the machine". A model is affordable on a
device if

- its alphas take at most a part of all processors (``PROCESSORS``), and
- an alpha is there soon enough for the next picture (``IN_TIME``), and
- on anything but the CPU, it takes at most a part of the device's time (``DEVICE``).

The affordable models make a ladder, the best one on top, quicker and worse ones below it. How good a model
is, is the mean error of its alphas on our clips (``clips_mad`` in the cards' [quality]). A slower one must be
better by a tenth (``CLEARLY_BETTER``). OBS asks for a lower rung while the machine is busy. Where nothing was
measured, or nothing is affordable, it is the catalogue's default model.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ...link.messages import ONLY, USUAL, Allowance, Rung
from ...translate import N, joined, tr
from .. import processors as machine
from . import measured

if TYPE_CHECKING:
    from .catalogue import Model
    from .measured import Speed

#: By the setting "How much of the machine": the part of all processors that all filters together may take...
PROCESSORS = {"little": 0.05, "normal": 0.1, "much": 0.25}
#: ... and the part of the time of another device than the CPU.
DEVICE = {"little": 0.1, "normal": 0.25, "much": 0.5}
#: The part of the time between two pictures that an alpha may take.
IN_TIME = 0.75
CLEARLY_BETTER = 0.9
#: Pictures per second of most cameras.
_CAMERA_RATE = 30.0
#: The rate of the bench's figures.
_MEASURED_RATE = 60.0
#: What is said of a lower rung, by what OBS counted.
_REASONS = {
    "lagged": N(
        "Automatic chose {model}, because OBS rendered pictures too late; {best} is tried again when there "
        "is room."
    ),
    "skipped": N(
        "Automatic chose {model}, because OBS encoded pictures too late; {best} is tried again when there is "
        "room."
    ),
    "late": N(
        "Automatic chose {model}, because the alphas came too late; {best} is tried again when there is room."
    ),
    "busy": N(
        "Automatic chose {model}, because all processors were busy; {best} is tried again when there is room."
    ),
    "": N("Automatic chose {model}, because the machine was busy; {best} is tried again when there is room."),
}


class Choice(NamedTuple):
    """``name`` is "" for the default model; ``note``: sentences about it, or empty."""

    name: str
    note: str = ""
    rung: Rung = ONLY


class _Candidate(NamedTuple):
    """A model with its figures. ``processors``: how many it takes at the rate of the source."""

    model: Model
    error: float
    round_trip_ms: float
    processors: float


def choose(
    models: dict[str, Model], device: str, allowance: Allowance = USUAL, processors: int = 0
) -> Choice:
    """Return the model to take on a device (its name), by the record.

    ``processors``: how many the machine has; 0: this one.
    """
    count = processors or machine.count()
    allowance = replace(allowance, rate=min(max(allowance.rate, 1.0), 1000.0))
    candidates = _candidates(models, device, allowance)
    affordable = [one for one in candidates if _is_affordable(one, device, allowance, count)]
    ladder = _ladder(affordable)
    if not ladder:
        return Choice("")
    step = min(max(allowance.step, 0), len(ladder) - 1)
    taken = ladder[step]
    more = ladder[step - 1].processors - taken.processors if step else 0.0
    rung = Rung(step, len(ladder), more)
    if step:
        why = _REASONS.get(allowance.reason, _REASONS[""])
        return Choice(taken.model.name, tr(why, model=taken.model.title, best=ladder[0].model.title), rung)
    note = joined([_cost(taken, allowance, count), _dearer(taken, candidates, count)])
    return Choice(taken.model.name, note, rung)


def is_within_reach(model: Model, models: dict[str, Model], rows: list[Speed], device: str) -> bool:
    """Whether another size of a model may be quick enough on a device, by the figures of that model.

    The time grows with the number of pixels.
    """
    usual = models.get(model.weights)
    for row in rows:
        if usual and (row.model, row.provider) == (usual.name, device):
            times = model.height * model.width / max(1, usual.height * usual.width)
            return row.round_trip_ms * times <= 1000 / _CAMERA_RATE * IN_TIME
    return False


def _candidates(models: dict[str, Model], device: str, allowance: Allowance) -> list[_Candidate]:
    """Return the models that were measured on a device and can be used, the quickest first."""
    found = []
    for row in sorted(measured.read().speed, key=lambda row: row.round_trip_ms):
        model = models.get(row.model)
        if row.provider != device or model is None or model.error is None or not _is_of(row, model):
            continue
        if model.subject:
            # It keeps something else than people.
            continue
        # A model that cannot do 60 pictures a second was measured at those that it could do.
        pictures = min(_MEASURED_RATE, 1000 / max(row.round_trip_ms, 1e-3))
        taken = row.cpu_percent_60fps / 100 / pictures * allowance.rate
        found.append(_Candidate(model, model.error, row.round_trip_ms, taken))
    return found


def _is_of(row: Speed, model: Model) -> bool:
    """Whether a row is of this very file, and the file can be used: another one was not measured."""
    return model.installed and not model.problem and row.size == model.file.stat().st_size


def _is_affordable(one: _Candidate, device: str, allowance: Allowance, count: int) -> bool:
    filters = max(1, allowance.filters)
    between_ms = 1000 / allowance.rate
    in_time = one.round_trip_ms * filters <= between_ms * IN_TIME
    light = one.processors * filters <= count * PROCESSORS.get(allowance.effort, PROCESSORS["normal"])
    share = DEVICE.get(allowance.effort, DEVICE["normal"])
    on_device = device == "cpu" or one.round_trip_ms * filters <= between_ms * share
    return in_time and light and on_device


def _ladder(affordable: list[_Candidate]) -> list[_Candidate]:
    """Return those that are worth it, the best first; ``affordable``: the quickest first."""
    ladder: list[_Candidate] = []
    for one in affordable:
        if not ladder or one.error < ladder[0].error * CLEARLY_BETTER:
            ladder.insert(0, one)
    return ladder


def _cost(one: _Candidate, allowance: Allowance, count: int) -> str:
    return tr(
        "Automatic chose {model}: {milliseconds} ms for an alpha and {percent} % of all processors at {rate} "
        "pictures per second, as measured here.",
        model=one.model.title,
        milliseconds=f"{one.round_trip_ms:.1f}",
        percent=f"{100 * one.processors / count:.0f}",
        rate=f"{allowance.rate:.0f}",
    )


def _dearer(taken: _Candidate, candidates: list[_Candidate], count: int) -> str:
    """Return what the next better model would take, a sentence; empty if there is none."""
    better = [one for one in candidates if one.error < taken.error * CLEARLY_BETTER]
    if not better:
        return ""
    least = min(better, key=lambda one: one.processors)
    return tr(
        "{model} would take {milliseconds} ms and {percent} %.",
        model=least.model.title,
        milliseconds=f"{least.round_trip_ms:.1f}",
        percent=f"{100 * least.processors / count:.0f}",
    )


def explanation(models: dict[str, Model]) -> str:
    """Return what "Automatic" means here: a sentence for each measured device at each usual rate."""
    devices = dict.fromkeys(row.provider for row in measured.read().speed)
    default = tr(
        "No model is quick enough for Automatic to take it by the figures; it takes the default one."
    )
    lines = []
    for device in devices:
        for rate in (30.0, 60.0):
            note = choose(models, device, replace(USUAL, rate=rate)).note
            lines.append(
                tr(
                    "On {device}, {rate} pictures per second: {sentence}",
                    device=device,
                    rate=f"{rate:.0f}",
                    sentence=note or default,
                )
            )
    return "\n".join(lines)
