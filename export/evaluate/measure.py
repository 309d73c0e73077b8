# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a model over clips, pictures and stills, and averages what the metrics say."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .. import metrics
from ..progress import Bar
from ..runner import Runner
from . import clips, pictures, scale

#: Noise added to stills: its standard deviation in steps of 1/255, as of a camera in good light.
NOISE = 1.0
#: Frames of a still, of which the first are left out: a recurrent model is still settling.
STILL_FRAMES, SETTLING_FRAMES = 30, 15
#: What is measured of each frame of a clip; dtssd from the second frame on.
CLIP_METRICS = ("mad", "mse", "grad", "conn", "edge_mad", "iou", "dtssd", "flicker")
PICTURE_METRICS = ("iou", "miou", "accuracy", "precision", "recall", "f1", "mad")


def on_clips(runner: Runner, directory: Path) -> dict[str, dict[str, float]]:
    """Return each clip's figures: clip name -> metric -> mean over its frames.

    The alphas are compared at the clip's size. A recurrent model starts each clip without memory.
    """
    found = clips.find(directory)
    with Bar("  clips", len(found)) as bar:
        results = {}
        for number, clip in enumerate(found):
            results[clip.name] = _one_clip(runner, clip)
            bar.at(number + 1)
    return results


def _one_clip(runner: Runner, clip: Path) -> dict[str, float]:
    values = {name: [] for name in CLIP_METRICS}
    runner.reset()
    before = first = None
    for picture, truth in clips.read(clip):
        first = picture if first is None else first
        height, width = truth.shape
        alpha = scale.to_picture(
            runner.alpha(scale.to_frame(picture, runner.height, runner.width)), height, width
        )
        for name in ("mad", "mse", "grad", "conn", "edge_mad"):
            values[name].append(getattr(metrics, name)(alpha, truth))
        values["iou"].append(metrics.overlap(alpha, truth).iou)
        if before is not None:
            values["dtssd"].append(metrics.dtssd(alpha, before[0], truth, before[1]))
        before = alpha, truth
    values["flicker"].append(on_still(runner, first))
    return {name: float(np.nanmean(entries)) for name, entries in values.items()}


def on_still(runner: Runner, picture: np.ndarray) -> float:
    """Return the flicker of a picture (uint8 [H, W, 3] BGR) shown again and again with fresh noise."""
    random, alphas = np.random.default_rng(0), []
    runner.reset()
    for _ in range(STILL_FRAMES):
        noisy = picture + random.normal(0, NOISE, picture.shape)
        frame = scale.to_frame(np.clip(np.rint(noisy), 0, 255).astype(np.uint8), runner.height, runner.width)
        alphas.append(runner.alpha(frame).astype(np.float32) / 255)
    return metrics.flicker(np.stack(alphas[SETTLING_FRAMES:]))


def on_pictures(runner: Runner, directory: Path, split: str) -> dict[str, dict[str, float]]:
    """Return each set's figures: set name -> metric -> mean over its pictures.

    Each picture is seen once, without memory of others.
    """
    found = pictures.find(directory, split)
    counts = {name: sum(1 for _ in (folder / "masks").iterdir()) for name, folder in found.items()}
    results, seen = {}, 0
    with Bar("  pictures", sum(counts.values())) as bar:
        for name, folder in found.items():
            rows = []
            for _, picture, truth in pictures.read(folder):
                runner.reset()
                frame = scale.to_frame(picture, runner.height, runner.width)
                alpha = scale.to_picture(runner.alpha(frame), *truth.shape)
                counted = metrics.overlap(alpha, truth)
                rows.append(
                    [*(getattr(counted, key) for key in PICTURE_METRICS[:-1]), metrics.mad(alpha, truth)]
                )
                seen += 1
                bar.at(seen)
            results[name] = dict(zip(PICTURE_METRICS, np.mean(rows, axis=0).tolist()))
    return results


def average(results: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return the mean of each metric over clips or sets, each of which counts the same."""
    names = next(iter(results.values()))
    return {name: float(np.nanmean([entry[name] for entry in results.values()])) for name in names}
