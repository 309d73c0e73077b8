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

#: What is told of masks: metric -> heading.
_QUALITY = {"iou": "IoU", "miou": "mIoU", "f1": "F1", "accuracy": "accuracy", "precision": "precision",
            "recall": "recall", "boundary_f": "boundary F"}  # fmt: skip


def compare(runs: Path | None, images: Path | None, split: str) -> str:
    """Return a Markdown table: weights, size, time per frame of one thread, and quality where there is any.

    A network that was trained by ``reproduce RECIPE --into runs/RECIPE`` is measured on the sets of pictures
    below ``images`` (each counts the same); of others only what does not depend on training is told. Raises
    ExportError if there are no pictures where they should be.
    """
    if runs and not runs.is_dir():
        raise ExportError(f"There is no directory {runs}; name the one that reproduce trained into.")
    rows = []
    for path in sorted(recipe.RECIPES.glob("compare-*.toml")):
        entry = recipe.read(path)
        say(f"{entry.name}:")
        network = networks.build(entry.network, entry.options)
        trained = runs / entry.name / "model.onnx" if runs else None
        there = trained is not None and trained.is_file()
        content = (
            trained.read_bytes()
            if there
            else torch_graph.export(network, entry.height, entry.width, entry.name)
        )
        runner = Runner(content)
        weights = sum(parameter.numel() for parameter in network.parameters())
        name = entry.name.removeprefix("compare-")
        row = [f"`{name}`", f"{entry.width}x{entry.height}", f"{weights / 1e6:.2f}",
               f"{len(content) / 1e6:.1f}", f"{speed.milliseconds(runner):.1f}"]  # fmt: skip
        if there and images:
            means = measure.average(measure.on_pictures(runner, images, split))
            row += [f"{means[name]:.4f}" for name in _QUALITY]
        else:
            row += ["not measured" if there else "not trained"] + ["-"] * (len(_QUALITY) - 1)
        rows.append(row)
    headings = ["architecture", "input", "million weights", "MB", "ms", *_QUALITY.values()]
    return table(headings, rows)
