# SPDX-License-Identifier: GPL-2.0-or-later
"""Records the answers of a network's own runtime to the drawn frames (see ``reference``)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..common.errors import ExportError
from ..common.progress import say
from ..graph import probe
from ..shelf.card import named_card
from . import onnx_mattes, reference
from .fetch import network_files
from .packages import Store


def record(names: list[str]) -> None:
    """Write reference.npz into the shelf's folder of each model; raises ExportError."""
    with tempfile.TemporaryDirectory() as work:
        store = Store(Path(work))
        for name in names:
            card = named_card(name)
            files = network_files(card, store)
            frames = probe.frames(card.height, card.width, reference.FRAMES)
            form = card.fetch["format"]
            if form == "tflite":
                from ..convert.tflite_graph import runtime as tflite

                (content,) = files.values()
                answers, runtime = tflite.mattes(content, frames)
            elif form == "tfjs":
                from ..convert.tfjs_graph import runtime as tfjs

                answers, runtime = tfjs.mattes(files, frames, card.convert["downsample_ratio"], Path(work))
            elif form == "onnx":
                answers, runtime = onnx_mattes.mattes(b"".join(files.values()), frames)
            else:
                raise ExportError(f"No runtime is known for networks of the format {form!r}.")
            path = card.path.parent / "reference.npz"
            reference.save(path, answers, runtime)
            say(f"{name}: recorded {path.name} with {runtime}.")
