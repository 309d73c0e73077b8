# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a third-party network a model that keeps the graph contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..common.errors import ExportError
from ..graph.contract import violations
from ..graph.fold import fold_pointwise
from ..graph.nodes import FLOAT, Graph
from . import frame, onnx_graph, tfjs_graph, tflite_graph
from .tfjs_graph.values import State, Value

if TYPE_CHECKING:
    import onnx

    from ..shelf.card import Card
    from .tfjs_graph.values import Single


def convert(card: Card, files: dict[str, bytes]) -> onnx.ModelProto:
    """Return the model that ``card`` describes, made of ``files`` (path in the package -> content).

    Raises ExportError if the network cannot be converted or the result breaks the graph contract.
    """
    form = card.fetch.get("format")
    if form not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise ExportError(f"The card of {card.name} names the format {form!r}; known are {known}.")
    graph = Graph()
    _FORMATS[form](card, graph, files)
    model = fold_pointwise(graph.model(card.name))
    wrong = violations(model)
    if wrong:
        raise ExportError(f"The converted {card.name} breaks the graph contract: {' '.join(wrong)}")
    return model


def _selfie_segmentation(card: Card, graph: Graph, files: dict[str, bytes]) -> None:
    """MediaPipe's networks: a picture in, a matte of its size out."""
    (content,) = files.values()
    picture = frame.picture_from_frame(graph, card.height, card.width, folded=True)
    matte, height, width = tflite_graph.convert(content, graph, picture)
    if (height, width) != (card.height, card.width):
        raise ExportError(
            f"The network works at {height}x{width} alone, not at {card.height}x{card.width}; leave out "
            f"--size, or correct the card of {card.name}."
        )
    frame.alpha_from_matte(graph, matte, height, width)


def _robust_video_matting(card: Card, graph: Graph, files: dict[str, bytes]) -> None:
    """Robust Video Matting: four recurrent states.

    With a ``downsample_ratio`` below 1 the network works on a smaller picture, and its refiner, a fast
    guided filter in this edition, brings the matte to full size. The foreground's colours, which it
    estimates as well, are left out with all that only they need.
    """
    names = [f"r{number}" for number in range(1, 5)]
    picture = frame.picture_from_frame(graph, card.height, card.width, folded=False)
    feeds: dict[str, Single] = {
        "src": Value(picture, (1, card.height, card.width, 3)),
        "downsample_ratio": np.array([card.convert["downsample_ratio"]], np.float32),
        **{f"{name}i": State(f"state_{name}") for name in names},
    }
    topology, weights = (
        next(content for path, content in files.items() if path.endswith(ending))
        for ending in (".json", ".bin")
    )
    outputs = ["pha", *(f"{name}o" for name in names)]
    matte, *states = tfjs_graph.convert(topology, weights, graph, feeds, outputs)
    frame.alpha_from_matte(graph, matte.name, card.height, card.width)
    for name, state in zip(names, states):
        batch, height, width, channels = state.shape
        graph.output(f"next_state_{name}", state.name, FLOAT, [batch, channels, height, width])


def _isnet(card: Card, graph: Graph, files: dict[str, bytes]) -> None:
    """ISNet (Qin et al., ECCV 2022), an ONNX file in parts; the parts stand in the card in their order."""
    picture = frame.picture_from_frame(graph, card.height, card.width, folded=False)
    # It was trained on (byte - 128) / 256.
    scaled = graph.add("Mul", [picture, graph.constant(np.float32(255 / 256))])
    matte = onnx_graph.convert(
        b"".join(files.values()), graph, graph.add("Sub", [scaled, graph.constant(np.float32(0.5))])
    )
    frame.alpha_from_matte(graph, matte, card.height, card.width)


_FORMATS = {"onnx": _isnet, "tflite": _selfie_segmentation, "tfjs": _robust_video_matting}
