# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a model over clips, pictures and stills, and averages the metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .. import metrics
from ..common import scale
from ..common.progress import Bar
from . import clips, pictures
from .worst import Sample, worst

if TYPE_CHECKING:
    from pathlib import Path

    from ..common.arrays import Bytes, Floats
    from ..graph.runner import Runner

#: Noise added to stills: its standard deviation in steps of 1/255, as of a camera in good light.
NOISE = 1.0
#: Frames of a still, of which the first are left out: a recurrent model is still settling.
STILL_FRAMES, SETTLING_FRAMES = 30, 15
#: What is measured of an alpha against its truth, and of a mask (both cut at 0.5) against its own.
ALPHA_METRICS = ("mad", "mse", "grad", "conn", "edge_mad")
MASK_METRICS = ("iou", "miou", "accuracy", "precision", "recall", "f1", "boundary_f")
#: Of each frame of a clip; dtssd from the second frame on, flicker of its first frame as a still.
CLIP_METRICS = (*ALPHA_METRICS, "dtssd", "flicker", *MASK_METRICS)
PICTURE_METRICS = (*MASK_METRICS, "mad")
#: How many of a set's worst pictures are kept for a look; of each clip the worst frame is.
WORST = 8


@dataclass
class Measured:
    """What was measured of a clip or a set of pictures."""

    #: Metric -> mean over frames or pictures.
    figures: dict[str, float] = field(default_factory=dict)
    thresholds: metrics.Thresholds = field(default_factory=metrics.Thresholds)
    #: The MAD of each frame or picture, in order.
    course: list[float] = field(default_factory=list)
    #: The worst first: clips by MAD, pictures by IoU.
    worst: list[Sample] = field(default_factory=list)


def on_clips(runner: Runner, directory: Path) -> dict[str, Measured]:
    """Return what is measured of each clip, by its name.

    The alphas are compared at the clip's size. A recurrent model starts each clip without memory.
    """
    found = clips.find(directory)
    with Bar("  clips", len(found)) as bar:
        results = {}
        for number, clip in enumerate(found):
            results[clip.name] = _one_clip(runner, clip)
            bar.at(number + 1)
    return results


def _one_clip(runner: Runner, clip: Path) -> Measured:
    measured = Measured()
    values: dict[str, list[float]] = {name: [] for name in CLIP_METRICS}
    runner.reset()
    before: tuple[Floats, Floats] | None = None
    first: Bytes | None = None
    for number, (picture, truth) in enumerate(clips.read(clip)):
        first = picture if first is None else first
        alpha = scale.alpha_of(picture, runner)
        found = {name: getattr(metrics, name)(alpha, truth) for name in ALPHA_METRICS}
        found |= on_mask(alpha, truth)
        if before is not None:
            found["dtssd"] = metrics.dtssd(alpha, before[0], truth, before[1])
        for name, value in found.items():
            values[name].append(value)
        measured.thresholds.add(alpha, truth)
        title = f"{clip.name}, frame {number}: MAD {found['mad']:.1f}"
        sample = Sample(title, found["mad"], picture, alpha, truth)
        measured.worst = worst([*measured.worst, sample], 1)
        before = alpha, truth
    if first is not None:
        values["flicker"].append(on_still(runner, first))
    measured.course = values["mad"]
    measured.figures = {name: _mean(entries) for name, entries in values.items()}
    return measured


def on_still(runner: Runner, picture: Bytes) -> float:
    """Return the flicker of a picture (uint8 [H, W, 3] BGR) shown again and again with fresh noise."""
    random, alphas = np.random.default_rng(0), []
    runner.reset()
    for _ in range(STILL_FRAMES):
        noisy = picture + random.normal(0, NOISE, picture.shape)
        frame = scale.to_frame(np.clip(np.rint(noisy), 0, 255).astype(np.uint8), runner.height, runner.width)
        alphas.append(runner.alpha(frame).astype(np.float32) / 255)
    return metrics.flicker(np.stack(alphas[SETTLING_FRAMES:]))


def on_mask(alpha: Floats, truth: Floats) -> dict[str, float]:
    """Return MASK_METRICS of one alpha, cut at 0.5 as its truth is."""
    counted = metrics.overlap(alpha, truth)
    found = {name: getattr(counted, name) for name in MASK_METRICS if name != "boundary_f"}
    return {**found, "boundary_f": metrics.boundary_f(alpha, truth)}


def on_pictures(runner: Runner, directory: Path, split: str) -> dict[str, Measured]:
    """Return what is measured of each set of pictures, by its name.

    Each picture is seen once, without memory of others.
    """
    found = pictures.find(directory, split)
    counts = {name: sum(1 for _ in (folder / "masks").iterdir()) for name, folder in found.items()}
    results, seen = {}, 0
    with Bar("  pictures", sum(counts.values())) as bar:
        for name, folder in found.items():
            measured, rows = Measured(), []
            for stem, picture, truth in pictures.read(folder):
                runner.reset()
                alpha = scale.alpha_of(picture, runner)
                rows.append({**on_mask(alpha, truth), "mad": metrics.mad(alpha, truth)})
                measured.thresholds.add(alpha, truth)
                iou = rows[-1]["iou"]
                sample = Sample(f"{name}, {stem}: IoU {iou:.3f}", 1 - iou, picture, alpha, truth)
                measured.worst = worst([*measured.worst, sample], WORST)
                seen += 1
                bar.at(seen)
            measured.course = [row["mad"] for row in rows]
            measured.figures = {key: _mean([row[key] for row in rows]) for key in PICTURE_METRICS}
            results[name] = measured
    return results


def average(results: dict[str, Measured]) -> dict[str, float]:
    """Return the mean of each metric over clips or sets, each of which counts the same."""
    names = next(iter(results.values())).figures
    return {name: _mean([entry.figures[name] for entry in results.values()]) for name in names}


def _mean(values: list[float]) -> float:
    """Return the mean of those that are numbers: some measures of some pictures are not defined."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
