# SPDX-License-Identifier: GPL-2.0-or-later
"""Graphs of any size (see obs_bgremove/worker/inference/sizes.py), and the sizes that cards give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx

from obs_bgremove.worker.choice import model_card
from obs_bgremove.worker.inference import sizes

from ..common.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Height and width in pixels.
Size = tuple[int, int]
#: A size that every graph of any size can have, as long as its states are no smaller than SPANS says.
TRIAL: Size = (3 * sizes.SPANS[-1], 5 * sizes.SPANS[-1])


def source(model: Path) -> tuple[Path, Size | None]:
    """Return the file that holds a model's graph, and the size of its frames if its card says it.

    ``model``: its model.onnx, which is not there where the card names another model for its weights. Raises
    ExportError if only the card could say which, and it cannot be read.
    """
    card = model.parent / "card.toml"
    if model.name != "model.onnx" or not card.is_file():
        return model, None
    try:
        said = model_card.read(card, model.parent.name)
    except model_card.CardProblem as problem:
        if model.is_file():
            return model, None
        raise ExportError(f"{card} cannot be read ({problem}); correct it.") from None
    return said.graph(model.parent), (said.height, said.width) if said.height and said.width else None


def is_open(model: onnx.ModelProto) -> bool:
    """Whether the size of the frames is left open."""
    return any(side.dim_param in sizes.names(*TRIAL) for side in _sides(model))


def fixed(model: onnx.ModelProto, size: Size) -> onnx.ModelProto:
    """Return a copy of ``model`` for frames of this size; sides with other names stay as they are."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    numbers = sizes.names(*size)
    for side in _sides(copy):
        if side.dim_param in numbers:
            side.dim_value = numbers[side.dim_param]
    return copy


def axes(inputs: dict[str, int]) -> dict[str, dict[int, str]]:
    """Return the names of the open sides, by what they belong to and the number of the side.

    ``inputs``: name of a state -> by how much it is smaller than the frame.
    """
    states = {
        f"{kind}{name}": {2: _name("height", span), 3: _name("width", span)}
        for name, span in inputs.items()
        for kind in ("state_", "next_state_")
    }
    side = {0: "height", 1: "width"}
    return {"frame": side, "alpha": dict(side), **states}


def _name(side: str, span: int) -> str:
    return side if span == 1 else f"{side}/{span}"


def _sides(model: onnx.ModelProto) -> Iterator[onnx.TensorShapeProto.Dimension]:
    for entry in (*model.graph.input, *model.graph.output):
        yield from entry.type.tensor_type.shape.dim
