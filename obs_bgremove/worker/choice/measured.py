# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured on this machine: one file, which the bench writes and the serving worker goes by."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ... import checked, files, home

if TYPE_CHECKING:
    from .catalogue import Model


class Setting(NamedTuple):
    """Threads of a session; ``spinning``: whether they wait for work actively."""

    threads: int = 1
    spinning: bool = False

    def __str__(self) -> str:
        return f"{self.threads}{' spinning' if self.spinning else ''}"


@dataclass(frozen=True)
class Speed:
    """A model on a device: a row of the bench. ``size``: bytes of the model's file when it was measured."""

    model: str
    size: int
    provider: str
    round_trip_ms: float
    #: Of one processor.
    cpu_percent_60fps: float
    cpu_percent_30fps: float | None = None
    cpu_percent_still: float | None = None
    cpu_percent_hidden: float | None = None
    threads: int | None = None
    spinning: bool | None = None
    float16: bool | None = None
    pictures: int | None = None
    bare_ms: float | None = None
    round_trip_p99_ms: float | None = None
    inference_in_worker_ms: float | None = None
    #: Of the round trip to the bare inference.
    ratio: float | None = None
    alphas_per_second: float | None = None
    memory_mb: float | None = None
    first_alpha_ms: float | None = None
    #: Operators that do not run on the device; how far its alpha of a drawn person is from the CPU's, of 255
    #: at most. None if nobody knows.
    operators_elsewhere: int | None = None
    alpha_off: int | None = None
    #: Of processes without anything of ours; None where that was not measured.
    onnxruntime_mb: float | None = None
    bare_mb: float | None = None


@dataclass(frozen=True)
class Threads:
    """How many threads a model gets on the CPU."""

    model: str
    size: int
    threads: int
    spinning: bool


@dataclass(frozen=True)
class Precision:
    """Whether a model runs in half precision on a device."""

    model: str
    size: int
    device: str
    float16: bool


@dataclass(frozen=True)
class Measured:
    """The record: rows of each kind; ``at_rest``: whether nothing else ran while the speed was measured."""

    speed: tuple[Speed, ...] = ()
    threads: tuple[Threads, ...] = ()
    precision: tuple[Precision, ...] = ()
    at_rest: bool = True


_Row = TypeVar("_Row", Speed, Threads, Precision)


def read() -> Measured:
    """Return what was recorded; a row that cannot be understood costs only itself."""
    found = files.read_json(home.measurements_file())
    if not isinstance(found, dict):
        return Measured()
    return Measured(
        _rows(Speed, found.get("speed")),
        _rows(Threads, found.get("threads")),
        _rows(Precision, found.get("precision")),
        found.get("at_rest") is not False,
    )


def write(record: Measured) -> None:
    """Replace the record, whole or not at all."""
    files.replace_whole(home.measurements_file(), json.dumps(asdict(record), indent=2) + "\n")


def _rows(kind: type[_Row], found: object) -> tuple[_Row, ...]:
    rows = []
    for entry in found if isinstance(found, list) else []:
        try:
            rows.append(checked.record(kind, entry))
        except ValueError:
            continue
    return tuple(rows)


def keep_speed(rows: list[Speed], at_rest: bool = True) -> None:
    """Record the rows of a bench in place of those before."""
    write(replace(read(), speed=tuple(rows), at_rest=at_rest))


def keep_threads(model: Model, setting: Setting) -> None:
    """Record how many threads a model gets."""
    record = read()
    others = tuple(row for row in record.threads if row.model != model.name)
    row = Threads(model.name, model.file.stat().st_size, setting.threads, setting.spinning)
    write(replace(record, threads=(*others, row)))


def keep_precision(model: Model, device: str, float16: bool) -> None:
    """Record whether a model runs in half precision on a device (its name)."""
    record = read()
    others = tuple(row for row in record.precision if (row.model, row.device) != (model.name, device))
    row = Precision(model.name, model.file.stat().st_size, device, float16)
    write(replace(record, precision=(*others, row)))


def setting(model: Model) -> Setting | None:
    """Return the threads that were chosen for this very model; None if none were."""
    for row in read().threads:
        if row.model == model.name and _is_of(row, model):
            return Setting(max(1, row.threads), row.spinning)
    return None


def float16(model: Model, device: str) -> bool:
    """Whether half precision was chosen for this very model on a device (its name)."""
    return any(
        row.float16 and (row.model, row.device) == (model.name, device) and _is_of(row, model)
        for row in read().precision
    )


def _is_of(row: Threads | Precision, model: Model) -> bool:
    # Another file by the same name was not measured.
    try:
        return row.size == model.file.stat().st_size
    except OSError:
        return False
