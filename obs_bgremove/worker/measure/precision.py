# SPDX-License-Identifier: GPL-2.0-or-later
"""Which models should run in half precision (float16) on CUDA.

Measured once on the machine, as the threads are on the CPU: the model is converted, all but its inputs,
outputs and states, and taken so if its alphas of a drawn person are the same (``OFF``, ``CHANGED``) and it
is clearly quicker (``WORTHWHILE``). The edition is kept for this very GPU, driver, onnxruntime and model.
TensorRT chooses its precision itself.
"""

from __future__ import annotations

import contextlib
import statistics
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..choice import measured
from ..inference import editions
from ..inference.drawn_person import pictures
from ..inference.engine import Engine
from ..inference.providers import Device, DeviceProblem
from .bare import Bare

if TYPE_CHECKING:
    from pathlib import Path

    from ..choice.catalogue import Model

WORTHWHILE = 0.9
#: Of 255, in the mean; and of the pixels, those that are on the other side of half a person.
OFF, CHANGED = 1.0, 0.002
#: Where the network sees less of a person, nothing is said about what it makes of one.
_LEAST_PERSON = 0.02
_WARM_UP = 4
_HALF = 127


class Figures(NamedTuple):
    """Medians of an inference in milliseconds; how far the alphas are apart (of 255; share of pixels);
    and how much of the pictures is a person."""

    single_ms: float
    half_ms: float
    off: float
    changed: float
    person: float

    def __str__(self) -> str:
        return (
            f"float32 {self.single_ms:.2f} ms, float16 {self.half_ms:.2f} ms, alphas {self.off:.2f} of 255 "
            f"and {self.changed:.2%} of the pixels apart"
        )


def choose(figures: Figures) -> bool:
    """Return whether half precision is to be taken."""
    return (
        figures.half_ms <= figures.single_ms * WORTHWHILE
        and figures.off <= OFF
        and figures.changed <= CHANGED
        and figures.person >= _LEAST_PERSON
    )


def measure(model: Model, device: Device) -> tuple[Figures, bool]:
    """Return the figures and whether half precision is taken from now on.

    Raises DeviceProblem, ModelProblem, and what the conversion raises.
    """
    edition = editions.place(model)
    fresh = edition.with_suffix(".new")
    edition.unlink(missing_ok=True)
    measured.keep_precision(model, device.name, False)
    try:
        fresh.write_bytes(convert(model.file))
        figures = compare(model, device, fresh)
        taken = choose(figures)
        if taken:
            fresh.replace(edition)
            measured.keep_precision(model, device.name, True)
    except ImportError as error:
        raise DeviceProblem(f"the Python package {error.name} is missing") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
    return figures, taken


def convert(file: Path) -> bytes:
    """Return a model that computes in float16 between inputs, outputs and states that stay as they are."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    half = convert_float_to_float16(onnx.load(str(file)), keep_io_types=True)
    return bytes(half.SerializeToString())


def compare(model: Model, device: Device, edition: Path) -> Figures:
    """Let both have the same pictures in turns."""
    both = [Bare(Engine(model, device, plain=True, file=file)) for file in (model.file, edition)]
    took: tuple[list[int], list[int]] = ([], [])
    off, changed, person = [], [], []
    for picture in pictures(both[0].engine.height, both[0].engine.width):
        for bare, times in zip(both, took):
            times.append(bare.run(picture))
        single, half = (bare.alpha.astype(np.int16) for bare in both)
        off.append(np.abs(single - half).mean())
        changed.append(((single > _HALF) != (half > _HALF)).mean())
        person.append((single > _HALF).mean())
    single_ms, half_ms = (statistics.median(times[_WARM_UP:]) / 1e6 for times in took)
    return Figures(single_ms, half_ms, *(float(np.mean(values)) for values in (off, changed, person)))
