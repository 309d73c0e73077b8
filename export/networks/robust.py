# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the published weights of Robust Video Matting (Lin et al., WACV 2022) go in a network of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from ..common.errors import ExportError
from .layers import ConvGRU

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .mobilenet import Encoder

#: Constants of a graph.
Floats: TypeAlias = "NDArray[np.float32]"


class Gate(nn.Module):
    """Features gated by the whole picture (LR-ASPP of MobileNetV3)."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        # In the order of the published network's convolutions, by which its weights are found.
        self.whole, self.local = nn.Conv2d(inside, outside, 1), nn.Conv2d(inside, outside, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[B, inside, H, W] -> [B, outside, H, W]."""
        whole = functional.adaptive_avg_pool2d(x, 1)
        return functional.relu(self.local(x)) * torch.sigmoid(self.whole(whole))


def load(encoder: Encoder, gate: Gate, parts: list[nn.Module], content: bytes) -> None:
    """Copy the weights of the converted network ``content`` (an ONNX model) into the modules, in its order.

    parts: what follows the gate, convolutions and ConvGRUs, inner ones first. Raises ExportError if the model
    is another network.
    """
    own = [[module] for module in encoder.modules() if isinstance(module, nn.Conv2d)]
    own += [[gate.whole], [gate.local]]
    for part in parts:
        # The published network makes both gates of a memory with one convolution.
        own += [[part.reset, part.update], [part.candidate]] if isinstance(part, ConvGRU) else [[part]]
    found = _convolutions(onnx.load_from_string(content).graph)
    fits = len(own) <= len(found) and all(
        (sum(module.out_channels for module in modules), *modules[0].weight.shape[1:]) == weight.shape
        for modules, (weight, _) in zip(own, found)
    )
    if not fits:
        raise ExportError(
            "rvm-144x256 is not the network that this one starts from; fetch it again with "
            "'python -m export fetch rvm-144x256 --again'."
        )
    with torch.no_grad():
        for modules, values in zip(own, found):
            weights, biases = (np.split(entry, len(modules)) for entry in values)
            for module, weight, bias in zip(modules, weights, biases):
                module.weight.copy_(torch.tensor(weight))
                module.bias.copy_(torch.tensor(bias))


def _convolutions(graph: onnx.GraphProto) -> list[tuple[Floats, Floats]]:
    """Return (weight, bias) of each convolution, in the order of the graph, as of pictures in 0..1."""
    constants = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    readers: dict[str, list[onnx.NodeProto]] = {}
    makers: dict[str, onnx.NodeProto] = {}
    for node in graph.node:
        makers.update(dict.fromkeys(node.output, node))
        for name in node.input:
            readers.setdefault(name, []).append(node)
    found: list[tuple[Floats, Floats]] = []
    for node in graph.node:
        if node.op_type != "Conv":
            continue
        weight = constants[node.input[1]]
        bias = constants[node.input[2]] if len(node.input) > 2 else np.zeros(len(weight), np.float32)
        before = makers.get(node.input[0])
        if not found and before is not None and before.op_type == "Mul" and before.input[1] in constants:
            # The picture is divided by its planes' deviation first.
            weight = weight * constants[before.input[1]].reshape(1, -1, 1, 1)
        # Where a normalisation is not folded in, its factor follows, and then its shift.
        factor, name = _channels(readers, constants, node.output[0], "Mul", len(weight))
        if factor is not None:
            shift, _ = _channels(readers, constants, name, "Add", len(weight))
            if shift is None:
                raise ExportError("A normalisation has a factor and no shift; fetch the model again.")
            weight, bias = weight * factor.reshape(-1, 1, 1, 1), bias * factor + shift
        found.append((weight, bias))
    return found


def _channels(
    readers: Mapping[str, list[onnx.NodeProto]],
    constants: Mapping[str, Floats],
    name: str,
    kind: str,
    count: int,
) -> tuple[Floats | None, str]:
    """Return what each channel of ``name`` is multiplied with (or raised by) or None, and its new name."""
    for node in readers.get(name, ()):
        values = constants.get(node.input[1]) if node.op_type == kind else None
        if values is not None and values.size == count:
            return values.reshape(-1), node.output[0]
    return None, name
