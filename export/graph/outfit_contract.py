# SPDX-License-Identifier: GPL-2.0-or-later
"""The contract of a network that looks at clothes, and the check of it.

===================  ==================  ================================================================
``frame`` (input)    uint8 [H, W, 4]     a portrait: B, G, R and the alpha of the person
``shares`` (output)  float32 [N]         one for each class of its card, together 1
===================  ==================  ================================================================
"""

from __future__ import annotations

import onnx
from onnx import TensorProto

from .contract import malformed


def is_kind(model: onnx.ModelProto) -> bool:
    """Whether a model is meant to keep this contract: it has an output ``shares``."""
    return any(entry.name == "shares" for entry in model.graph.output)


def violations(model: onnx.ModelProto) -> list[str]:
    """Return a sentence for each way in which ``model`` breaks the contract; empty if it keeps it."""
    found = malformed(model)
    constants = {constant.name for constant in model.graph.initializer}
    inputs = [entry for entry in model.graph.input if entry.name not in constants]
    if [_form(entry) for entry in inputs] != [("frame", TensorProto.UINT8, 3)] or _sizes(inputs[0])[2] != 4:
        found.append("Its only input must be 'frame', uint8 [H, W, 4] with fixed sizes.")
    if [_form(entry) for entry in model.graph.output] != [("shares", TensorProto.FLOAT, 1)]:
        found.append("Its only output must be 'shares', float [N] with a fixed size.")
    return found


def _sizes(entry: onnx.ValueInfoProto) -> list[int]:
    return [side.dim_value for side in entry.type.tensor_type.shape.dim]


def _form(entry: onnx.ValueInfoProto) -> tuple[str, int, int]:
    """Return name, type and rank; rank -1 if a size is not fixed."""
    sizes = _sizes(entry)
    return entry.name, entry.type.tensor_type.elem_type, len(sizes) if all(sizes) else -1
