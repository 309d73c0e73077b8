# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds an ONNX graph node by node."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

#: The operator set and file format of what is made here: onnxruntime 1.16 reads both.
OPSET = 17
IR_VERSION = 8

FLOAT, UINT8 = TensorProto.FLOAT, TensorProto.UINT8


class Graph:
    """Nodes and constants of a graph in the making; values are known by their names.

    Constants that are equal are stored once, and what no output needs is left out, so that a
    converter may compute freely what it turns out not to use.
    """

    def __init__(self):
        self._nodes, self._inputs, self._outputs = [], [], []
        self._constants, self._names = [], {}
        self._count = 0

    def constant(self, array) -> str:
        """Return the name of a constant of this value."""
        array = np.asarray(array, order="C")  # ascontiguousarray would make a scalar a list
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._names:
            self._names[key] = self._fresh("constant")
            self._constants.append(numpy_helper.from_array(array, self._names[key]))
        return self._names[key]

    def add(self, operator: str, inputs: list[str], **attributes) -> str:
        """Append a node with one output; return the output's name."""
        return self.add_many(operator, inputs, 1, **attributes)[0]

    def add_many(self, operator: str, inputs: list[str], count: int, **attributes) -> list[str]:
        """Append a node with ``count`` outputs; return their names."""
        names = [self._fresh(operator) for _ in range(count)]
        self._nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names

    def input(self, name: str, kind: int, shape: list[int]) -> str:
        """Declare an input of the graph; ``kind`` is FLOAT or UINT8."""
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, value: str, kind: int, shape: list[int]) -> None:
        """Declare that ``value`` leaves the graph as ``name``."""
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def model(self, name: str) -> onnx.ModelProto:
        """Return the checked model; raise onnx.checker.ValidationError if the graph is wrong."""
        needed, nodes = {output.name for output in self._outputs}, []
        for node in reversed(self._nodes):
            if needed.intersection(node.output):
                nodes.append(node)
                needed.update(node.input)
        graph = helper.make_graph(
            nodes[::-1],
            name,
            self._inputs,
            self._outputs,
            [constant for constant in self._constants if constant.name in needed],
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="obs_bgremove",
        )
        onnx.checker.check_model(model, full_check=True)
        return model

    def _fresh(self, stem: str) -> str:
        self._count += 1
        return f"{stem}_{self._count}"
