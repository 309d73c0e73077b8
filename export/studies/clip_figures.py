# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures of a clip's alphas, for the studies that make alphas of their own."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from .. import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..common.arrays import Floats

#: Those of one frame.
_OF_FRAMES = {"MAD": metrics.mad, "MSE": metrics.mse, "edge": metrics.edge_mad}


def figures(alphas: Sequence[Floats], truths: Sequence[NDArray[np.float32]], names: str) -> dict[str, float]:
    """Return the means over a clip of what ``names`` (with spaces between them) names, and the dtSSD.

    Alphas and truths: float [H, W] in 0..1. A frame without a contour does not count for the edge.
    """
    pairs = list(zip(alphas, truths))
    found = {name: np.nanmean([_OF_FRAMES[name](*pair) for pair in pairs]) for name in names.split()}
    steps = itertools.pairwise(pairs)
    found["dtSSD"] = np.mean([metrics.dtssd(now[0], before[0], now[1], before[1]) for before, now in steps])
    return {name: float(value) for name, value in found.items()}


def means(clips: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the means of the figures of some clips."""
    return {key: float(np.mean([one[key] for one in clips])) for key in clips[0]}
