# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares a converted model with the network's own runtime on the same frames.

The answers are recorded once, by ``python -m export record-reference NAME``, in the model's folder
as ``reference.npz``; the comparison needs none of those runtimes. Only a lattice of pixels of each alpha
is kept: it is small, and a faulty conversion shows in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from obs_bgremove.translate import tr

from ..common.errors import ExportError
from ..graph import probe
from ..graph.runner import Runner

if TYPE_CHECKING:
    from pathlib import Path

    from ..common.arrays import Floats

#: Frames of a recording: enough that a recurrent network's memory is used.
FRAMES = 4
#: Largest difference from the reference, in steps of 1/255, of which rounding alone is 0.5.
TOLERANCE = 1.0
#: About as many pixels of each alpha are kept.
_POINTS = 4096


@dataclass(frozen=True)
class Difference:
    """How far a model is from its reference, in steps of 1/255 (rounding to bytes included)."""

    largest: float
    mean: float


def lattice(height: int, width: int) -> tuple[slice, slice]:
    """Return the rows and columns of an alpha that a recording keeps."""
    step = max(1, round((height * width / _POINTS) ** 0.5))
    return slice(step // 2, None, step), slice(step // 2, None, step)


def save(path: Path, mattes: Floats, runtime: str) -> None:
    """Record ``mattes`` (float [FRAMES, H, W] in 0..1), computed by ``runtime``, at ``path``.

    Raises ExportError if the network does not see the drawn person: a comparison would then prove nothing.
    """
    if np.ptp(mattes) < 0.5:
        raise ExportError(
            "The network sees no person in the drawn frames, so a comparison on them would prove nothing."
        )
    rows, columns = lattice(*mattes.shape[1:])
    kept = np.rint(np.clip(mattes[:, rows, columns], 0, 1) * 65535).astype(np.uint16)
    np.savez_compressed(path, mattes=kept, shape=np.array(mattes.shape), runtime=np.array(runtime))


def compare(model: bytes, reference: Path) -> Difference:
    """Run a serialised model on the recording's frames; raise ExportError if it differs too much."""
    if not reference.is_file():
        raise ExportError(
            f"{reference} is missing, so the conversion cannot be checked; "
            f"restore it, or record it with: python -m export record-reference {reference.parent.name}"
        )
    with np.load(reference) as recorded:
        count, height, width = (int(size) for size in recorded["shape"])
        expected = recorded["mattes"].astype(np.float64) / 65535 * 255
    runner = Runner(model)
    if (runner.height, runner.width) != (height, width):
        raise ExportError(
            f"The model is {runner.height}x{runner.width}, its reference {height}x{width}; "
            f"record it again with: python -m export record-reference {reference.parent.name}"
        )
    rows, columns = lattice(height, width)
    alphas = np.stack([runner.alpha(frame)[rows, columns] for frame in probe.frames(height, width, count)])
    errors = np.abs(alphas - expected)
    difference = Difference(float(errors.max()), float(errors.mean()))
    if not difference.largest <= TOLERANCE:
        raise ExportError(
            tr(
                "The converted model differs from the reference by {largest} of 255, more than the {allowed} "
                "allowed; it was not written. This is a fault of the conversion, or of the onnxruntime it "
                "was checked with: please report it.",
                largest=f"{difference.largest:.3f}",
                allowed=TOLERANCE,
            )
        )
    return difference
