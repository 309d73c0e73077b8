# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a third-party network into a model under the graph contract."""

from __future__ import annotations

import numpy as np
import onnx

from . import frame
from .card import Card
from .contract import violations
from .errors import ExportError
from .fold import fold_pointwise
from .graph import FLOAT, Graph


def _tflite(card: Card, graph: Graph, picture: str, files: dict[str, bytes]) -> None:
    from . import tflite_graph

    (content,) = files.values()
    matte, height, width = tflite_graph.convert(content, graph, picture)
    if (height, width) != (card.height, card.width):
        raise ExportError(
            f"The network's alpha is {height}x{width}, but the card of {card.name} says {card.height}x{card.width}; "
            "correct the card."
        )
    # Both networks end in a sigmoid.
    frame.alpha_from_matte(graph, matte, height, width, bounded=True)


def _tfjs(card: Card, graph: Graph, picture: str, files: dict[str, bytes]) -> None:
    """Robust Video Matting: four recurrent states, and a refiner if the network works on a smaller picture."""
    from . import tfjs_graph
    from .tfjs_graph.values import State, Value

    ratio = np.array([card.convert["downsample_ratio"]], np.float32)
    states = [f"r{number}" for number in range(1, 5)]
    feeds = {
        "src": Value(picture, (1, card.height, card.width, 3)),
        "downsample_ratio": ratio,
        **{f"{state}i": State(f"state_{state}") for state in states},
    }
    content = tuple(
        next(files[path] for path in files if path.endswith(ending)) for ending in (".json", ".bin")
    )
    outputs = ["pha", *(f"{state}o" for state in states)]
    matte, *after = tfjs_graph.convert(content, graph, feeds, outputs)
    frame.alpha_from_matte(graph, matte.name, card.height, card.width, bounded=True)
    for state, value in zip(states, after):
        batch, height, width, channels = value.shape
        graph.output(f"next_state_{state}", value.name, FLOAT, [batch, channels, height, width])


_FORMATS = {"tflite": _tflite, "tfjs": _tfjs}


def convert(card: Card, files: dict[str, bytes]) -> onnx.ModelProto:
    """Return the model that ``card`` describes, made of ``files`` (path in the package -> content).

    Raises ExportError if the network cannot be converted or the result breaks the graph contract.
    """
    form = card.fetch.get("format")
    if form not in _FORMATS:
        raise ExportError(
            f"The card of {card.name} names the format {form!r}; known are {', '.join(_FORMATS)}."
        )
    graph = Graph()
    picture = frame.picture_from_frame(graph, card.height, card.width)
    _FORMATS[form](card, graph, picture, files)
    model = fold_pointwise(graph.model(card.name))
    wrong = violations(model)
    if wrong:
        raise ExportError(f"The converted {card.name} breaks the graph contract: {' '.join(wrong)}")
    return model
