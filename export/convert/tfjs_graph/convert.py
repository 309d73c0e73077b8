# SPDX-License-Identifier: GPL-2.0-or-later
"""Walks a TensorFlow.js graph model and appends its nodes to an ONNX graph."""

from __future__ import annotations

import numpy as np

from ...common.errors import ExportError
from ...graph.nodes import FLOAT, Graph
from .constants import EVALUATE
from .operators import OPERATORS, made
from .reader import Network, Node, read
from .values import DEAD, State, Value


class Walk:
    """What the operators' translations share: the graph, and how each value in it was computed."""

    def __init__(self, graph: Graph):
        self.graph = graph
        #: Name of a value -> (ONNX operator, operands), for the translations that look back.
        self.origins: dict[str, tuple[str, list]] = {}

    def add(self, operator: str, operands: list, shape, **attributes) -> Value:
        """Append a node. Operands are values, constants (in the source graph's layout) or names."""
        names = [self.name(operand, len(shape)) for operand in operands]
        value = Value(self.graph.add(operator, names, **attributes), tuple(int(size) for size in shape))
        self.origins[value.name] = (operator, operands)
        return value

    def name(self, operand, rank: int = 4) -> str:
        """Return an operand's name in the ONNX graph; constants are turned to broadcast in its layout."""
        if isinstance(operand, str):
            return operand
        if not isinstance(operand, np.ndarray) and not np.isscalar(operand):
            return made(self, operand).name
        array = np.asarray(operand, np.float32)
        if rank == 4 and array.ndim == 4:
            array = array.transpose(0, 3, 1, 2)
        elif rank == 4 and array.ndim == 3:
            array = array.transpose(2, 0, 1)
        elif rank == 4 and array.ndim == 1 and array.size > 1:
            array = array.reshape(-1, 1, 1)
        return self.graph.constant(array)

    def state(self, state: State, shape) -> Value:
        """Declare a recurrent input, whose shape is known now."""
        batch, height, width, channels = shape
        return Value(self.graph.input(state.name, FLOAT, [batch, channels, height, width]), tuple(shape))


def convert(topology: bytes, weights: bytes, graph: Graph, feeds: dict, outputs: list[str]) -> list[Value]:
    """Append a network to ``graph``; return its ``outputs`` (names of its signature).

    ``topology`` and ``weights`` are the contents of its .json and .bin; ``feeds`` gives each of its
    inputs, by name, as a Value, a State, or a constant. Raises ExportError for an operator that is not
    covered.
    """
    network = read(topology, weights)
    walk, results = Walk(graph), {}
    for node in _sorted(network, [network.outputs[name][0] for name in outputs]):
        inputs = [_output(results[name], number) for name, number in node.inputs]
        results[node.name] = _evaluate(walk, network, node, inputs, feeds)
    found = [_output(results[name], number) for name, number in (network.outputs[name] for name in outputs)]
    return [made(walk, value) for value in found]


def _output(result, number: int):
    return result[number] if isinstance(result, tuple) else result


def _evaluate(walk: Walk, network: Network, node: Node, inputs: list, feeds: dict):
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
        return (DEAD, value) if bool(np.squeeze(condition)) else (value, DEAD)
    if node.operator == "Shape":
        return np.array(inputs[0].shape, np.int32)
    if all(isinstance(value, (np.ndarray, np.generic)) for value in inputs) and node.operator in EVALUATE:
        return np.asarray(EVALUATE[node.operator](node, *inputs))
    if node.operator not in OPERATORS:
        raise ExportError(
            f"The network uses the operator {node.operator}, which the converter does not cover."
        )
    return OPERATORS[node.operator](walk, node, *inputs)


def _sorted(network: Network, wanted: list[str]) -> list[Node]:
    """Return the nodes that ``wanted`` need, each after those it reads."""
    order, done, stack = [], set(), [(name, False) for name in reversed(wanted)]
    while stack:
        name, read_all = stack.pop()
        if read_all:
            order.append(network.nodes[name])
        elif name not in done:
            done.add(name)
            stack.append((name, True))
            stack.extend((other, False) for other, _ in network.nodes[name].inputs)
    return order
