# SPDX-License-Identifier: GPL-2.0-or-later
"""A better model for every second picture, or a quicker one for each: what the alphas in between would be.

    python -m export.studies.half_rate --model MODEL ... --clips DIR

Of each model it measures the alphas of all pictures, then those where only every second picture has one of
its own. A picture in between gets the alpha before it (held), the mean of both its neighbours' (blended; one
more picture of delay), or the alpha before it moved by the optical flow (carried; Kroeger et al., ECCV 2016),
or by what fits best around each pixel of a small picture (fitted), which needs no more than numpy.
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

WAYS = ("each picture", "held", "blended", "carried", "fitted")
_FIGURES = "MAD edge"
#: Width and height, in pixels, at which the flow is found.
_FLOW = (320, 180)
#: The same where it is fitted; how far it looks there, in pixels; and the width of what is compared.
_FIT, _REACH, _AROUND = (80, 45), 3, 5
#: What a displacement costs, of 255 for each pixel: where nothing moves, noise decides else.
_COST = 0.25


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
    flow = flowing if way == "carried" else fitted
    return moved(before, flow(picture_before, picture))


def flowing(before: Bytes, now: Bytes) -> Floats:
    """Return where the pixels of ``now`` were ``before``: x, y in pixels of the flow, float32 [h, w, 2]."""
    there, here = (_grey(one, _FLOW) for one in (before, now))
    found = np.zeros((*here.shape, 2), np.float32)
    flow: Floats = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST).calc(here, there, found)
    return flow


def fitted(before: Bytes, now: Bytes) -> Floats:
    """Return the same, found by trying each displacement everywhere (block matching)."""
    there, here = (_grey(one, _FIT).astype(np.float32) for one in (before, now))
    padded = np.pad(there, _REACH, mode="edge")
    steps = np.arange(-_REACH, _REACH + 1)
    height, width = here.shape
    costs = np.empty((len(steps), len(steps), height, width), np.float32)
    for row, y in enumerate(steps):
        for column, x in enumerate(steps):
            shifted = padded[_REACH + y : _REACH + y + height, _REACH + x : _REACH + x + width]
            costs[row, column] = _mean_around(np.abs(here - shifted)) + _COST * np.hypot(x, y)
    best = costs.reshape(-1, height * width).argmin(axis=0)
    flow = np.stack([steps[best % len(steps)], steps[best // len(steps)]], axis=-1).astype(np.float32)
    flow = flow.reshape(height, width, 2)
    # Whole pixels: smoothed, they go over into each other.
    return np.stack([_mean_around(flow[..., axis]) for axis in (0, 1)], axis=-1)


def _grey(picture: Bytes, size: tuple[int, int]) -> Bytes:
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    grey: Bytes = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    return grey


def _mean_around(values: Floats) -> Floats:
    """Return the means of squares of ``_AROUND`` pixels (float32 [H, W]), by sums of sums."""
    for axis in (0, 1):
        half = _AROUND // 2
        widths = [(half + 1, half) if one == axis else (0, 0) for one in (0, 1)]
        sums = np.pad(values, widths, mode="edge").cumsum(axis=axis, dtype=np.float32)
        ends = np.split(sums, (_AROUND, sums.shape[axis] - _AROUND), axis=axis)
        later, earlier = np.concatenate(ends[1:], axis=axis), np.concatenate(ends[:2], axis=axis)
        values = (later - earlier) / _AROUND
    return values


def moved(alpha: Floats, flow: Floats) -> Floats:
    """Return ``alpha`` (float32 [H, W]) moved by displacements of any size (float32 [h, w, 2])."""
    height, width = alpha.shape
    larger = np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
    flow = cv2.resize(flow, (width, height)) * larger
    y, x = np.mgrid[:height, :width].astype(np.float32)
    there: Floats = cv2.remap(
        alpha, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return there


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
