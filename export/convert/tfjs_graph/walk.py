# SPDX-License-Identifier: GPL-2.0-or-later
"""What the operators' translations share: the ONNX graph, and how each value in it was computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ...graph.nodes import FLOAT
from .values import Padded, State, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...common.arrays import Numbers
    from ...graph.nodes import Attribute, Graph

#: An operand of a node: a value, a constant in the source graph's layout, or a name in the ONNX graph.
Operand: TypeAlias = "Value | Padded | Numbers | float | str"


class Walk:
    """The graph that a conversion appends to.

    ``origins``: name of a value -> (ONNX operator, operands), for the translations that look back.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.origins: dict[str, tuple[str, list[Operand]]] = {}

    def add(
        self, operator: str, operands: Sequence[Operand], shape: Sequence[int], **attributes: Attribute
    ) -> Value:
        """Append a node whose output has this ``shape`` in the source graph."""
        names = [self.name(operand, len(shape)) for operand in operands]
        value = Value(self.graph.add(operator, names, **attributes), tuple(int(size) for size in shape))
        self.origins[value.name] = (operator, list(operands))
        return value

    def name(self, operand: Operand, rank: int = 4) -> str:
        """Return an operand's name in the ONNX graph; constants are turned to broadcast in its layout."""
        if isinstance(operand, str):
            return operand
        if isinstance(operand, (Value, Padded)):
            return self.made(operand).name
        array = np.asarray(operand, np.float32)
        if rank == 4 and array.ndim == 4:
            array = array.transpose(0, 3, 1, 2)
        elif rank == 4 and array.ndim == 3:
            array = array.transpose(2, 0, 1)
        elif rank == 4 and array.ndim == 1 and array.size > 1:
            array = array.reshape(-1, 1, 1)
        return self.graph.constant(array)

    def made(self, value: Value | Padded) -> Value:
        """Return ``value``; if its padding was put off, append that first."""
        if isinstance(value, Padded):
            (top, bottom), (left, right) = value.pads
            pads = self.graph.integers(0, 0, top, left, 0, 0, bottom, right)
            return self.add("Pad", [value.value, pads], value.shape)
        return value

    def state(self, state: State, shape: tuple[int, ...]) -> Value:
        """Declare a recurrent input, whose shape [N, H, W, C] is known now."""
        batch, height, width, channels = shape
        return Value(self.graph.input(state.name, FLOAT, [batch, channels, height, width]), shape)
