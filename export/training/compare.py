# SPDX-License-Identifier: GPL-2.0-or-later
"""The architectures of recipes/compare-*.toml side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import networks
from ..common.errors import ExportError
from ..common.markdown import table
from ..common.progress import say
from ..editions import torch_graph
from ..evaluate import measure, speed
from ..graph.runner import Runner
from . import recipe

if TYPE_CHECKING:
    from pathlib import Path

#: The figures of masks: metric -> heading.
_QUALITY = {"iou": "IoU", "miou": "mIoU", "f1": "F1", "accuracy": "accuracy", "precision": "precision",
            "recall": "recall", "boundary_f": "boundary F"}  # fmt: skip


def compare(runs: Path | None, images: Path | None, split: str) -> str:
    """Return a Markdown table: weights, size, time per frame of one thread, and quality where there is any.

    A network that was trained by ``reproduce RECIPE --into runs/RECIPE`` is measured on the sets of pictures
    below ``images`` (each counts the same); the others have only the columns that do not depend on training.
    Raises ExportError if there are no pictures where they should be.
    """
    if runs and not runs.is_dir():
        raise ExportError(f"There is no directory {runs}; name the one that reproduce trained into.")
    entries = [recipe.read(path) for path in sorted(recipe.RECIPES.glob("compare-*.toml"))]
    rows = [_row(entry, runs, images, split) for entry in entries]
    return table(["architecture", "input", "million weights", "MB", "ms", *_QUALITY.values()], rows)


def _row(entry: recipe.Recipe, runs: Path | None, images: Path | None, split: str) -> list[str]:
    say(f"{entry.name}:")
    network = networks.build(entry.network, entry.options)
    trained = runs / entry.name / "model.onnx" if runs else None
    if trained is not None and not trained.is_file():
        trained = None
    content = (
        trained.read_bytes()
        if trained
        else torch_graph.export(network, entry.height, entry.width, entry.name)
    )
    runner = Runner(content)
    weights = sum(parameter.numel() for parameter in network.parameters())
    name = entry.name.removeprefix("compare-")
    row = [f"`{name}`", f"{entry.width}x{entry.height}", f"{weights / 1e6:.2f}",
           f"{len(content) / 1e6:.1f}", f"{speed.milliseconds(runner):.1f}"]  # fmt: skip
    if trained and images:
        means = measure.average(measure.on_pictures(runner, images, split))
        return row + [f"{means[metric]:.4f}" for metric in _QUALITY]
    return row + ["not measured" if trained else "not trained"] + ["-"] * (len(_QUALITY) - 1)
