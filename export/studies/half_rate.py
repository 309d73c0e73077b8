# SPDX-License-Identifier: GPL-2.0-or-later
"""A better model for every second picture, or a quicker one for each: what the alphas in between would be.

    python -m export.studies.half_rate --model MODEL ... --clips DIR

Of each model it measures the alphas of all pictures, then those where only every second picture has one of
its own. A picture in between gets the alpha before it (held), the mean of both its neighbours' (blended; one
more picture of delay), or the alpha before it moved by the optical flow (carried; Kroeger et al., ECCV 2016).
"""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..common import scale
from ..evaluate import clips
from ..graph.runner import Runner
from . import model_table
from .clip_figures import figures, means

if TYPE_CHECKING:
    from pathlib import Path

    from ..common.arrays import Bytes, Floats

WAYS = ("each picture", "held", "blended", "carried")
_FIGURES = "MAD edge"
#: Width and height, in pixels, at which the flow is found.
_FLOW = (320, 180)


def filled(pictures: list[Bytes], own: list[Floats], way: str) -> list[Floats]:
    """Return an alpha (float32 [H, W]) for each of ``pictures`` (uint8 [H, W, 3] BGR).

    ``own``: the alphas of the pictures 0, 2, 4...; there is one at both ends. ``way``: one of WAYS, not its
    first.
    """
    alphas = [own[0]]
    for number, (before, after) in enumerate(itertools.pairwise(own)):
        alphas += [_between(way, before, after, pictures[2 * number], pictures[2 * number + 1]), after]
    return alphas


def _between(way: str, before: Floats, after: Floats, picture_before: Bytes, picture: Bytes) -> Floats:
    """Return the alpha of ``picture`` from those of its neighbours."""
    if way == "held":
        return before
    if way == "blended":
        return (before + after) / 2
    return carried(before, picture_before, picture)


def carried(alpha: Floats, before: Bytes, now: Bytes) -> Floats:
    """Return ``alpha`` (float32 [H, W]) of the picture ``before``, moved to where things are ``now``."""
    there, here = (
        cv2.cvtColor(cv2.resize(one, _FLOW, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
        for one in (before, now)
    )
    found = np.zeros((*here.shape, 2), np.float32)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST).calc(here, there, found)
    height, width = alpha.shape
    flow = cv2.resize(flow, (width, height)) * np.array([width / _FLOW[0], height / _FLOW[1]], np.float32)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    moved: Floats = cv2.remap(
        alpha, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return moved


def measure(model: Path, directory: Path) -> dict[str, dict[str, float]]:
    """Return MAD, edge MAD and dtSSD over the clips in ``directory``, by the ways of WAYS."""
    runner = Runner(model)
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for clip in clips.find(directory):
        pictures, truths = (list(each) for each in zip(*clips.read(clip)))
        # One of its own at both ends.
        count = (len(pictures) - 1) // 2 * 2 + 1
        pictures, truths = pictures[:count], truths[:count]
        found[WAYS[0]].append(figures(_alphas(runner, pictures), truths, _FIGURES))
        own = _alphas(runner, pictures[::2])
        for way in WAYS[1:]:
            found[way].append(figures(filled(pictures, own, way), truths, _FIGURES))
    return {way: means(each) for way, each in found.items()}


def _alphas(runner: Runner, pictures: list[Bytes]) -> list[Floats]:
    runner.reset()
    return [scale.alpha_of(picture, runner) for picture in pictures]


def _row(model: Path, directory: Path) -> list[str]:
    return [
        f"{found['MAD']:.2f} / {found['edge']:.0f} / {found['dtSSD']:.2f}"
        for found in measure(model, directory).values()
    ]


if __name__ == "__main__":
    sys.exit(model_table.main(__doc__.splitlines()[0], [f"{way}: MAD / edge / dtSSD" for way in WAYS], _row))
