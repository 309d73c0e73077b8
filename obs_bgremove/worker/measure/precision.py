# SPDX-License-Identifier: GPL-2.0-or-later
"""Which models run in half precision (float16) on CUDA.

Measured once on the machine, as the threads are on the CPU: the model is converted, all but its inputs,
outputs and states, and taken so if its alphas of a person are the same (``OFF``, ``CHANGED``) and it is
clearly quicker (``WORTHWHILE``). The edition is kept for this very GPU, driver, onnxruntime and model.
TensorRT chooses its precision itself.
"""

from __future__ import annotations

import contextlib
import os
import statistics
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ... import home
from ..inference import providers
from ..inference.providers import Device, DeviceProblem

if TYPE_CHECKING:
    from pathlib import Path

    from ..choice.catalogue import Model

WORTHWHILE = 0.9
#: Of 255, in the mean; and of the pixels, those that are on the other side of half a person.
OFF, CHANGED = 1.0, 0.002
#: Where the network sees less of a person, nothing is said about what it makes of one.
_LEAST_PERSON = 0.02
_PICTURES, _WARM_UP = 24, 4
_HALF = 127
#: The same person in two rooms, side by side.
_PORTRAIT = home.PROJECT / "obs_bgremove" / "demo" / "before-after.jpg"


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


def recorded(model: Model, device: Device) -> Path | None:
    """Return the edition to take for a model; None if there is none."""
    if device.name != "cuda":
        return None
    try:
        edition = _place(model)
    except OSError:
        # A full disk, a home that cannot be written: it runs without.
        return None
    return edition if edition.is_file() else None


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
    edition = _place(model)
    fresh = edition.with_suffix(".new")
    edition.unlink(missing_ok=True)
    try:
        fresh.write_bytes(convert(model.file))
        figures = compare(model, device, fresh)
        if choose(figures):
            os.replace(fresh, edition)
    except ImportError as error:
        raise DeviceProblem(f"the Python package {error.name} is missing") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
    return figures, edition.is_file()


def convert(file: Path) -> bytes:
    """Return a model that reckons in float16 between inputs, outputs and states that stay as they are."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    return convert_float_to_float16(onnx.load(str(file)), keep_io_types=True).SerializeToString()


def compare(model: Model, device: Device, edition: Path) -> Figures:
    """Let both have the same pictures in turns."""
    from ..inference.engine import Engine
    from .bare import Bare

    both = [Bare(Engine(model, device, graphs=False, file=file)) for file in (model.file, edition)]
    took, off, changed, person = ([], []), [], [], []
    for picture in _pictures(both[0].engine.height, both[0].engine.width):
        for bare, times in zip(both, took):
            times.append(bare.run(picture))
        single, half = (bare.alpha.astype(np.int16) for bare in both)
        off.append(np.abs(single - half).mean())
        changed.append(((single > _HALF) != (half > _HALF)).mean())
        person.append((single > _HALF).mean())
    single_ms, half_ms = (statistics.median(times[_WARM_UP:]) / 1e6 for times in took)
    return Figures(single_ms, half_ms, *(float(np.mean(values)) for values in (off, changed, person)))


def _pictures(height: int, width: int):
    """Yield the person moving in one room, then in another: uint8 [height, width, 4]."""
    import cv2

    portrait = cv2.cvtColor(cv2.imread(str(_PORTRAIT)), cv2.COLOR_BGR2BGRA)
    rooms = np.split(portrait, 2, axis=1)
    for number in range(_PICTURES):
        room = rooms[2 * number // _PICTURES]
        picture = cv2.resize(room, (width, height), interpolation=cv2.INTER_AREA)
        yield np.ascontiguousarray(np.roll(picture, number * width // 256, axis=1))


def _place(model: Model) -> Path:
    return providers.cache("float16", model) / "model.onnx"
