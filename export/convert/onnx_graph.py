# SPDX-License-Identifier: GPL-2.0-or-later
"""A network that is an ONNX file already, as part of a graph under the contract."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import helper, numpy_helper

from ..common.errors import ExportError
from ..graph.nodes import FLOAT, FLOAT16

if TYPE_CHECKING:
    from ..graph.nodes import Graph


def convert(content: bytes, graph: Graph, picture: str) -> str:
    """Add a network of one input and put ``picture`` there; return the name of its first output.

    What it has in half precision is computed in single precision: processors do only that, and where a GPU is
    better at half precision, install.py makes such an edition. Raises ExportError.
    """
    try:
        network = onnx.load_from_string(content).graph
    except Exception as error:  # noqa: BLE001 - protobuf's errors share no class
        raise ExportError(f"The network is no ONNX file ({error}).") from None
    given = {constant.name for constant in network.initializer}
    inputs = [entry.name for entry in network.input if entry.name not in given]
    if len(inputs) != 1:
        raise ExportError(f"The network has {len(inputs)} inputs ({', '.join(inputs)}), not one.")
    graph.constants += [_single(constant) for constant in network.initializer]
    graph.nodes.append(helper.make_node("Identity", [picture], inputs))
    graph.nodes += [_in_single(node) for node in _sorted(network)]
    return str(network.output[0].name)


def _sorted(network: onnx.GraphProto) -> list[onnx.NodeProto]:
    """Return the nodes so that each stands behind those whose values it takes; not every writer does that."""
    maker = {value: number for number, node in enumerate(network.node) for value in node.output}
    needs = {
        number: [maker[value] for value in node.input if value in maker]
        for number, node in enumerate(network.node)
    }
    return [network.node[number] for number in TopologicalSorter(needs).static_order()]


def _single(tensor: onnx.TensorProto) -> onnx.TensorProto:
    if tensor.data_type != FLOAT16:
        return tensor
    return numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name)


def _in_single(node: onnx.NodeProto) -> onnx.NodeProto:
    """Return a node with its constants in single precision; what it casts to half precision, too."""
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.TENSOR:
            attribute.t.CopyFrom(_single(attribute.t))
        if node.op_type == "Cast" and attribute.name == "to" and attribute.i == FLOAT16:
            attribute.i = FLOAT
    return node
