# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export reproduce NAME``: a recipe from data to a model under the graph contract."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from . import torch_graph
from .data import drawn
from .errors import ExportError
from .progress import say
from .training import loop, recipe


def reproduce(name: str, root: Path | None, into: Path | None, smoke: bool) -> None:
    """Train ``name`` and export it to ``into``/model.onnx; with ``smoke`` a few steps on drawn data.

    Raises ExportError if a step fails.
    """
    entry = recipe.read(Path(name))
    if smoke:
        with tempfile.TemporaryDirectory() as made:
            drawn.make(Path(made))
            _both(_small(entry), Path(made), into or Path(made) / "run", 2)
        return
    if root is None or into is None:
        raise ExportError("Give --data (the data's root) and --into (where it is trained), or --smoke.")
    _both(entry, root, into, 0)


def export_checkpoint(checkpoint: Path, destination: Path) -> None:
    """Write the network of ``checkpoint`` as a model to ``destination``, compared with torch first."""
    network, entry = loop.load(checkpoint)
    content = torch_graph.export(network, entry.height, entry.width, entry.name)
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_bytes(content)
    say(f"{destination}: {len(content) / 1e6:.1f} MB, agrees with torch.")


def _both(entry, root, into, most_steps):
    loop.train(entry, root, into, most_steps)
    export_checkpoint(into / "best.pt", into / "model.onnx")


def _small(entry):
    """The recipe on drawn data: one epoch of two small batches."""
    return dataclasses.replace(
        entry, train=["drawn/train"], val=["drawn/val"], test=["drawn/test"], backgrounds=["rooms"], epochs=1,
        clips=8, clips_val=2, batch=2, frames=min(entry.frames, 3), workers=0, precision="32-true",
        options={key: value for key, value in entry.options.items() if key != "pretrained"},
    )  # fmt: skip
