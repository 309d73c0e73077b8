# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds ONNX graphs node by node: whole ones (Graph), and parts to be put into a model (Nodes)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

#: The operator set and file format of what is made here: onnxruntime 1.16 reads both.
OPSET = 17
IR_VERSION = 8

FLOAT, FLOAT16, UINT8 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.UINT8

#: What a node's attribute may be.
Attribute: TypeAlias = "int | float | str | Sequence[int]"


class Nodes:
    """Nodes and constants in the making; values are known by their names, which begin with ``prefix``.

    Constants that are equal are stored once.
    """

    def __init__(self, prefix: str = "") -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._names: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._prefix, self._count = prefix, 0

    def constant(self, value: ArrayLike) -> str:
        """Return the name of a constant of this value."""
        array = np.asarray(value, order="C")  # ascontiguousarray would make a scalar a list
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._names:
            self._names[key] = self._fresh("constant")
            self.constants.append(numpy_helper.from_array(array, self._names[key]))
        return self._names[key]

    def integers(self, *values: int) -> str:
        """Return the name of a constant int64 [N]: sizes, axes, indices."""
        return self.constant(np.array(values, np.int64))

    def add(self, operator: str, inputs: Sequence[str], **attributes: Attribute) -> str:
        """Append a node with one output; return the output's name."""
        return self.add_many(operator, inputs, 1, **attributes)[0]

    def add_many(
        self, operator: str, inputs: Sequence[str], count: int, **attributes: Attribute
    ) -> list[str]:
        """Append a node with ``count`` outputs; return their names."""
        names = [self._fresh(operator) for _ in range(count)]
        self.nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names

    def rename(self, value: str, name: str) -> None:
        """Give ``value`` the name ``name``, which need not begin with the prefix."""
        self.nodes.append(helper.make_node("Identity", [value], [name]))

    def _fresh(self, stem: str) -> str:
        self._count += 1
        return f"{self._prefix}{stem}_{self._count}"


class Graph(Nodes):
    """A whole graph in the making.

    What no output needs is left out of the model, so that a converter may compute freely what it turns out
    not to use.
    """

    def __init__(self) -> None:
        super().__init__()
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, kind: int, shape: Sequence[int]) -> str:
        """Declare an input of the graph; ``kind`` is FLOAT or UINT8."""
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, value: str, kind: int, shape: Sequence[int]) -> None:
        """Declare that ``value`` leaves the graph as ``name``."""
        self.rename(value, name)
        self._outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def model(self, name: str) -> onnx.ModelProto:
        """Return the checked model; raise onnx.checker.ValidationError if the graph is wrong."""
        nodes, needed = needed_nodes(self.nodes, {output.name for output in self._outputs})
        graph = helper.make_graph(
            nodes,
            name,
            self._inputs,
            self._outputs,
            [constant for constant in self.constants if constant.name in needed],
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="obs_bgremove",
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def needed_nodes(nodes: Sequence[onnx.NodeProto], wanted: set[str]) -> tuple[list[onnx.NodeProto], set[str]]:
    """Return those of the sorted ``nodes`` that the values ``wanted`` need, and all values they need."""
    needed, kept = set(wanted), []
    for node in reversed(nodes):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    return kept[::-1], needed
