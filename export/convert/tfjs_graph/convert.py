# SPDX-License-Identifier: GPL-2.0-or-later
"""Walks a TensorFlow.js graph model and appends its nodes to an ONNX graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from ...common.errors import ExportError
from .constants import EVALUATE
from .operators import OPERATORS
from .reader import Network, Node, read
from .values import DEAD, Padded, Value
from .walk import Walk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...common.arrays import Numbers
    from ...graph.nodes import Graph
    from .values import Result, Single


def convert(
    topology: bytes, weights: bytes, graph: Graph, feeds: Mapping[str, Single], outputs: Sequence[str]
) -> list[Value]:
    """Append a network to ``graph``; return its ``outputs`` (names of its signature).

    ``topology`` and ``weights`` are the contents of its .json and .bin; ``feeds`` gives each of its
    inputs, by name, as a Value, a State, or a constant. Raises ExportError for an operator that is not
    covered.
    """
    network = read(topology, weights)
    walk = Walk(graph)
    results: dict[str, Result] = {}
    for node in _sorted(network, [network.outputs[name][0] for name in outputs]):
        inputs = [_output(results[name], number) for name, number in node.inputs]
        results[node.name] = _evaluate(walk, network, node, inputs, feeds)
    found = [_output(results[name], number) for name, number in (network.outputs[name] for name in outputs)]
    # What leaves a network is computed at run time, or the network is of no use.
    return [walk.made(cast("Value | Padded", value)) for value in found]


def _output(result: Result, number: int) -> Single:
    return result[number] if isinstance(result, tuple) else result


def _evaluate(
    walk: Walk, network: Network, node: Node, inputs: list[Single], feeds: Mapping[str, Single]
) -> Result:
    """Return what a node evaluates to; a tuple if it has several outputs."""
    if node.operator == "Const":
        return network.weights[node.name]
    if node.operator == "Placeholder":
        return feeds[node.name]
    if node.operator == "Merge":
        return next((value for value in inputs if value is not DEAD), DEAD)
    if any(value is DEAD for value in inputs):
        return DEAD
    if node.operator == "Switch":
        value, condition = inputs
        # The condition depends on constants alone: one branch is never taken.
        return (DEAD, value) if bool(np.squeeze(cast("Numbers", condition))) else (value, DEAD)
    return _computed(walk, node, inputs)


def _computed(walk: Walk, node: Node, inputs: list[Single]) -> Result:
    """Return what a node computes: a constant if it can be, else values at run time."""
    if node.operator == "Shape":
        return np.array(cast("Value | Padded | Numbers", inputs[0]).shape, np.int32)
    if all(isinstance(value, (np.ndarray, np.generic)) for value in inputs) and node.operator in EVALUATE:
        return np.asarray(EVALUATE[node.operator](node, *inputs))
    if node.operator not in OPERATORS:
        raise ExportError(
            f"The network uses the operator {node.operator}, which the converter does not cover."
        )
    return OPERATORS[node.operator](walk, node, *inputs)


def _sorted(network: Network, wanted: list[str]) -> list[Node]:
    """Return the nodes that ``wanted`` need, each after those it reads."""
    order: list[Node] = []
    done: set[str] = set()
    stack = [(name, False) for name in reversed(wanted)]
    while stack:
        name, read_all = stack.pop()
        if read_all:
            order.append(network.nodes[name])
        elif name not in done:
            done.add(name)
            stack.append((name, True))
            stack.extend((other, False) for other, _ in network.nodes[name].inputs)
    return order
