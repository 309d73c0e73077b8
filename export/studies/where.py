# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a model's error lies: near the contour, further inside of the person, or further outside.

    python -m export.studies.where --model MODEL ... --clips DIR

An edge that is a little off and a chair that is taken for a person are mended by different things.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from ..common import scale
from ..evaluate import clips
from ..graph.runner import Runner
from ..metrics.edge import contour_band
from . import model_table

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ..common.arrays import Floats


def parts(alpha: Floats, truth: Floats) -> tuple[float, float, float]:
    """Return the parts of MAD (x 1e3) within 10 pixels of the contour, further inside, and further outside.

    alpha, truth: float [H, W] in 0..1. Together they are the MAD of the frame.
    """
    off, band, inside = np.abs(alpha - truth), contour_band(truth), truth >= 0.5
    near, within, outside = (
        float((off * where).sum() / off.size * 1e3) for where in (band, inside & ~band, ~inside & ~band)
    )
    return near, within, outside


def measure(model: Path, directory: Path) -> NDArray[np.float64]:
    """Return the three parts, float [3]: means over the clips of the means over their frames."""
    runner, found = Runner(model), []
    for clip in clips.find(directory):
        runner.reset()
        frames = []
        for picture, truth in clips.read(clip):
            frames.append(parts(scale.alpha_of(picture, runner), truth))
        found.append(np.mean(frames, 0))
    means: NDArray[np.float64] = np.mean(found, 0)
    return means


def _row(model: Path, directory: Path) -> list[str]:
    found = measure(model, directory)
    return [f"{value:.2f}" for value in (found.sum(), *found)]


if __name__ == "__main__":
    columns = ["MAD", "near the contour", "inside", "outside"]
    sys.exit(model_table.main(__doc__.splitlines()[0], columns, _row))
