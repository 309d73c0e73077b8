# SPDX-License-Identifier: GPL-2.0-or-later
"""Walks a .tflite network and appends its nodes to a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...common.errors import ExportError
from .operators import OPERATORS
from .reader import Network

if TYPE_CHECKING:
    import numpy as np

    from ...graph.nodes import Graph


class Walk:
    """What the operators' translations share: the network, the graph, and the values so far.

    Four-dimensional tensors are [N, H, W, C] in the network and [N, C, H, W] in the graph.
    """

    def __init__(self, network: Network, graph: Graph):
        self.network, self.graph = network, graph
        self.values: dict[int, str] = {}
        self.constants: dict[int, np.ndarray] = {}

    def constant(self, tensor: int):
        """Return the value of a constant tensor, or None."""
        return self.constants[tensor] if tensor in self.constants else self.network.constant(tensor)

    def value(self, tensor: int) -> str:
        """Return the name in the graph of a tensor that is an operand."""
        if tensor not in self.values:
            array = self.constant(tensor)
            if array is None:
                raise ExportError(
                    f"The network's tensor {tensor} is read before it is computed; the file is damaged."
                )
            if array.ndim == 4:
                array = array.transpose(0, 3, 1, 2)
            elif array.ndim == 1 and array.size > 1:
                array = array.reshape(-1, 1, 1)
            self.values[tensor] = self.graph.constant(array)
        return self.values[tensor]


def convert(content: bytes, graph: Graph, picture: str) -> tuple[str, int, int]:
    """Append the network in ``content`` to ``graph``, fed with ``picture`` (float [1, 3, H, W]).

    Returns the name of its first output, in the graph [1, C, H, W], and that output's H and W.
    Raises ExportError for an operator that is not covered.
    """
    network = Network(content)
    walk = Walk(network, graph)
    walk.values[network.inputs[0]] = picture
    for operator in network.operators():
        translate = OPERATORS.get(operator.name)
        if translate is None:
            raise ExportError(
                f"The network uses the operator {operator.name}, which the converter does not cover."
            )
        translate(walk, operator)
    height, width = network.shape(network.outputs[0])[1:3]
    return walk.values[network.outputs[0]], height, width
