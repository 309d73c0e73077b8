# SPDX-License-Identifier: GPL-2.0-or-later
"""From data to a model under the graph contract by a recipe; from a checkpoint to a file."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from ..common.errors import ExportError
from ..common.progress import say
from ..data import drawn
from ..editions import torch_graph
from ..shelf.card import SHELF, parse_size
from . import checkpoint as checkpoints
from . import loop, recipe


def reproduce(name: str, root: Path | None, into: Path | None, smoke: bool) -> None:
    """Train ``name`` and export it to ``into``/model.onnx; with ``smoke`` a few steps on drawn data.

    Raises ExportError if a step fails, or if the weights must not lie in ``into``.
    """
    entry = recipe.read(Path(name))
    if into:
        require_place(entry, into)
    if smoke:
        if into and _on_shelf(into):
            raise ExportError(f"A few steps make no model for the shelf, where {into} is; leave --into out.")
        with tempfile.TemporaryDirectory() as made:
            drawn.make(Path(made))
            _both(_small(entry), Path(made), into or Path(made) / "run")
        return
    if root is None or into is None:
        raise ExportError("Give --data (the data's root) and --into (where it is trained), or --smoke.")
    _both(entry, root, into)


def export_checkpoint(checkpoint: Path, destination: Path, size: str = "") -> None:
    """Write the network of ``checkpoint`` as a model to ``destination``, compared with torch first.

    ``size``: HEIGHTxWIDTH instead of those it was trained at. Raises ExportError if the two differ, or if its
    weights must not lie there.
    """
    network, entry = checkpoints.load(checkpoint)
    require_place(entry, destination)
    height, width = _shape(entry, size)
    content = torch_graph.export(network, height, width, entry.name)
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_bytes(content)
    say(f"{destination}: {len(content) / 1e6:.1f} MB, agrees with torch.")


def export_tflite(checkpoint: Path, destination: Path, size: str = "", pictures: Path | None = None) -> None:
    """Write the network of ``checkpoint`` as a TensorFlow Lite file, compared with the ONNX model first.

    ``pictures``: a folder of photographs to compare on, besides scikit-image's. The rest as of
    :func:`export_checkpoint`.
    """
    from ..editions import torch_tflite

    network, entry = checkpoints.load(checkpoint)
    require_place(entry, destination)
    height, width = _shape(entry, size)
    content = torch_tflite.export(network, height, width, entry.name, pictures)
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_bytes(content)
    say(f"{destination}: {len(content) / 1e6:.1f} MB.")


def require_place(entry: recipe.Recipe, destination: Path, shelf: Path = SHELF) -> None:
    """Raise ExportError if ``destination`` is on the shelf, but ``entry`` makes nothing to be given away."""
    if not entry.shipped and _on_shelf(destination, shelf):
        raise ExportError(
            f"{entry.name} has shipped = false: masks that are not free may have taught it, so its weights "
            f"must not lie on the project's shelf, where {destination} is; choose a place outside {shelf}."
        )


def _on_shelf(destination: Path, shelf: Path = SHELF) -> bool:
    return destination.resolve().is_relative_to(shelf.resolve())


def _shape(entry: recipe.Recipe, size: str) -> tuple[int, int]:
    return parse_size(size) if size else (entry.height, entry.width)


def _both(entry: recipe.Recipe, root: Path, into: Path) -> None:
    loop.train(entry, root, into)
    export_checkpoint(into / "best.pt", into / "model.onnx")


def _small(entry: recipe.Recipe) -> recipe.Recipe:
    """The recipe on drawn data: one epoch of two small batches."""
    return dataclasses.replace(
        entry, train=["drawn/train"], val=["drawn/val"], test=["drawn/test"], backgrounds=["rooms"], epochs=1,
        steps=2, clips=8, clips_val=2, batch=2, frames=min(entry.frames, 3), workers=0, precision="32-true",
        init="", teacher="", things=[], videos=[], busy=0.0,
        options={key: value for key, value in entry.options.items() if key != "pretrained"},
    )  # fmt: skip
