# SPDX-License-Identifier: GPL-2.0-or-later
"""Walks a .tflite network and appends its nodes to a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...common.errors import ExportError
from .operators import OPERATORS
from .reader import Network
from .walk import Walk

if TYPE_CHECKING:
    from ...graph.nodes import Graph


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
