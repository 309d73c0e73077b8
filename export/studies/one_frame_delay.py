# SPDX-License-Identifier: GPL-2.0-or-later
"""What waiting for one more frame would gain: an alpha could be corrected by both its neighbours.

    python -m export.studies.one_frame_delay --model MODEL ... --clips DIR

The filter does not wait: the figures that this prints are the reason.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from ..common import scale
from ..evaluate import clips
from ..graph.runner import Runner
from . import model_table
from .clip_figures import figures, means

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ..common.arrays import Floats

#: MODNet's own, in 0..1.
THRESHOLD = 0.1


def mended(alphas: Floats, threshold: float = THRESHOLD) -> Floats:
    """Return ``alphas`` (float [T, H, W] in 0..1) without what flickers for a single frame.

    A pixel whose neighbours in time agree within ``threshold`` while it is further than that from both
    becomes their mean: the "one-frame delay" of MODNet (Ke et al., AAAI 2022).
    """
    before, here, after = alphas[:-2], alphas[1:-1], alphas[2:]
    flickers = np.abs(before - after) <= threshold
    flickers &= (np.abs(here - before) > threshold) & (np.abs(here - after) > threshold)
    result: Floats = alphas.copy()
    result[1:-1][flickers] = ((before + after) / 2)[flickers]
    return result


def measure(model: Path, directory: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Return MAD, MSE and dtSSD over the clips in ``directory``: as the model gives them, and mended."""
    runner = Runner(model)
    found: tuple[list[dict[str, float]], list[dict[str, float]]] = ([], [])
    for clip in clips.find(directory):
        runner.reset()
        frames = [
            (runner.alpha(scale.to_frame(picture, runner.height, runner.width)), truth)
            for picture, truth in clips.read(clip)
        ]
        alphas = np.stack([alpha for alpha, _ in frames]).astype(np.float32) / 255
        for some, ones in zip(found, (alphas, mended(alphas))):
            some.append(_figures(ones, [truth for _, truth in frames]))
    plain, better = map(means, found)
    return plain, better


def _figures(alphas: Floats, truths: list[NDArray[np.float32]]) -> dict[str, float]:
    shown = [scale.to_picture(np.rint(one * 255).astype(np.uint8), *truths[0].shape) for one in alphas]
    return figures(shown, truths, "MAD MSE")


def _row(model: Path, directory: Path) -> list[str]:
    plain, better = measure(model, directory)
    return [f"{plain[key]:.2f} -> {better[key]:.2f}" for key in plain]


if __name__ == "__main__":
    sys.exit(model_table.main(__doc__.splitlines()[0], ["MAD", "MSE", "dtSSD"], _row))
