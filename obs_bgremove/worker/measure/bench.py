# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures every installed model on every device that works here, for people and for "Automatic"."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import onnxruntime

from ... import checked, home
from ...translate import tr
from ..choice import automatic, catalogue, measured
from ..choice.measured import Speed
from ..inference import providers
from ..inference.providers import CPU
from ..reason import reason
from . import precision, rest, threads
from .compare import measure

if TYPE_CHECKING:
    from ..choice.catalogue import Model
    from ..inference.providers import Device

_COLUMNS = (
    # heading, field, format
    ("model", "model", "<20"),
    ("device", "provider", "<9"),
    ("bare ms", "bare_ms", "8.2f"),
    ("trip ms", "round_trip_ms", "8.2f"),
    ("p99", "round_trip_p99_ms", "7.2f"),
    ("ratio", "ratio", "6.3f"),
    ("alphas/s", "alphas_per_second", "9.1f"),
    ("CPU% 30fps", "cpu_percent_30fps", "11.1f"),
    ("60fps", "cpu_percent_60fps", "6.1f"),
    ("still", "cpu_percent_still", "6.2f"),
    ("hidden", "cpu_percent_hidden", "7.2f"),
    ("MB", "memory_mb", "5.0f"),
    ("bare MB", "bare_mb", "8.0f"),
    ("first ms", "first_alpha_ms", "9.0f"),
)


def bench(
    names: list[str], device: str, seconds: float, target: str | None, record: bool, brief: bool = False
) -> int:
    """Print a line for each model on each device; return the exit code.

    ``device`` is one's name, "auto" (those that "Automatic" may take) or "all". ``seconds`` is
    about what a line takes. The rows go to the file ``target`` as well, and with ``record``
    to where "Automatic" looks for them; threads and precision of each model are chosen then, too.
    ``brief``: only what "Automatic" goes by is measured, and what it means is printed instead of the
    figures. Without ``names`` other sizes of a model are left out where they would be too slow.
    """
    models = catalogue.read()
    chosen = _named(models, names)
    if not chosen:
        return 1
    providers.prepare()
    devices = [
        one
        for one in providers.available()
        if device in ("all", one.name) or (device == "auto" and one.automatic)
    ]
    if not devices:
        print(f"The device {device!r} cannot be used here.", file=sys.stderr)
        return 1
    at_rest = not record or rest.wait()
    # Large ones take long where they are of no use; how quick they can be is known from the model itself.
    wait = [model for model in chosen if model.weights and not names]
    rows, failed = _measured(
        [model for model in chosen if model not in wait], devices, seconds, record, brief
    )
    for one in devices:
        reached = [model for model in wait if automatic.is_within_reach(model, models, rows, one.name)]
        if reached:
            more, failed_too = _measured(reached, [one], seconds, record, brief)
            rows, failed = rows + more, failed or failed_too
    try:
        if target:
            content = json.dumps([asdict(row) for row in rows], indent=2)
            Path(target).write_text(f"{content}\n", encoding="utf-8")
        if record:
            measured.keep_speed(rows, at_rest)
    except OSError as error:
        print(_not_recorded(error), file=sys.stderr)
        return 1
    if record:
        print(automatic.explanation(models))
    if not at_rest:
        print(
            tr(
                "This machine was busy, so the models may have looked slower than they are. Run install.py "
                "again when it is at rest: it measures again."
            )
        )
    return 1 if failed else 0


def _measured(
    models: list[Model], devices: list[Device], seconds: float, record: bool, brief: bool
) -> tuple[list[Speed], bool]:
    """Choose threads and precision (with ``record``), and measure; return as :func:`_table` does."""
    if record and CPU in devices:
        _choose_threads(models, seconds / 4, brief)
    if record:
        for cuda in (one for one in devices if one.name == "cuda"):
            _choose_precision(models, cuda, brief)
    return _table(models, devices, seconds, brief)


def _not_recorded(error: OSError) -> str:
    return (
        f"The figures could not be recorded ({reason(error)}): free some space, or make that place writable."
    )


def _named(models: dict[str, Model], names: list[str]) -> list[Model]:
    """Return the models of those names, all that are installed if there are none.

    Prints a sentence and returns nothing if there is no such model.
    """
    unknown = [name for name in names if name not in models]
    for name in unknown:
        print(f"There is no model named {name!r}; there are: {', '.join(models)}.", file=sys.stderr)
    if unknown:
        return []
    chosen = [models[name] for name in names] or [model for model in models.values() if model.installed]
    if not chosen:
        print("No model is installed; run install.py.", file=sys.stderr)
    return chosen


def _table(
    models: list[Model], devices: list[Device], seconds: float, brief: bool
) -> tuple[list[Speed], bool]:
    """Print the table; return its rows, and whether something could not be measured.

    ``brief``: only what could not be measured is printed.
    """
    if not brief:
        print(" ".join(f"{heading:{_width(form)}}" for heading, _field, form in _COLUMNS), flush=True)
    rows, failed = [], False
    for model in models:
        for one in devices:
            try:
                alone = {} if brief else _alone(model, one)
                row = checked.record(Speed, {**measure(model, one.name, seconds, brief), **alone})
            except Exception as error:  # noqa: BLE001 (also what onnxruntime raises: the other rows stay)
                print(f"{model.name:20} {one.name:9} {reason(error)}.", flush=True)
                failed = True
                continue
            rows.append(row)
            if not brief:
                cells = (_cell(getattr(row, field), form) for _heading, field, form in _COLUMNS)
                print(" ".join(cells), flush=True)
    if brief:
        return rows, failed
    print(
        f"onnxruntime {onnxruntime.__version__}, {os.cpu_count()} processors. CPU%: of one processor, "
        "taken by the worker. MB: resident."
    )
    imported = [row.onnxruntime_mb for row in rows if row.onnxruntime_mb]
    if imported:
        print(f"A process that has merely imported onnxruntime takes {imported[0]:.0f} MB.")
    return rows, failed


def _choose_threads(models: list[Model], seconds: float, brief: bool) -> None:
    """Find out how many threads each model gets, print it unless ``brief``, and record it."""
    for model in models:
        try:
            figures = threads.measure(model, seconds)
        except catalogue.ModelProblem:
            # The table says it.
            continue
        except Exception as error:  # noqa: BLE001 (also what onnxruntime raises: the others stay)
            print(f"Threads for {model.name} cannot be chosen: {reason(error)}.", flush=True)
            continue
        if not brief:
            print(threads.table(model, figures), flush=True)
        try:
            measured.keep_threads(model, threads.choose(figures))
        except OSError as error:
            print(_not_recorded(error), flush=True)


def _choose_precision(models: list[Model], device: Device, brief: bool) -> None:
    """Find out which models run in half precision, print it unless ``brief``, and record it."""
    for model in models:
        try:
            figures, taken = precision.measure(model, device)
        except catalogue.ModelProblem:
            # The table says it.
            continue
        except Exception as error:  # noqa: BLE001 (also what onnxruntime raises: the others stay)
            print(f"{model.name} stays in float32 on {device.title}: {reason(error)}.", flush=True)
            continue
        if not brief:
            taken_type = f"float{16 if taken else 32}"
            print(f"{model.name} on {device.title}: {figures}. Taken: {taken_type}.", flush=True)


def _width(form: str) -> str:
    """Return the format of a heading over numbers, or words, of a format."""
    return form if form.startswith("<") else f">{form.split('.')[0]}"


def _cell(value: str | float | None, form: str) -> str:
    return f"{'-':{_width(form)}}" if value is None else f"{value:{form}}"


def _alone(model: Model, device: Device) -> dict[str, float | None]:
    """Return the memory that a process with the model in onnxruntime and nothing else takes.

    None where that would prepare the model once more, for long.
    """
    if device.slow_start:
        return {"onnxruntime_mb": None, "bare_mb": None}
    size = str(model.height), str(model.width)
    done = subprocess.run(
        [sys.executable, "-m", "obs_bgremove.worker.measure.bare", str(model.file), *size, device.provider],
        cwd=home.PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise providers.DeviceProblem(f"bare onnxruntime fails ({done.stderr.strip().splitlines()[-1:]})")
    taken: dict[str, float | None] = json.loads(done.stdout)
    return taken
