# SPDX-License-Identifier: GPL-2.0-or-later
"""Merges a 1x1 convolution into the convolution after it."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import numpy_helper


def fold_pointwise(model: onnx.ModelProto) -> onnx.ModelProto:
    """Merge, in place, each 1x1 convolution without bias whose only reader is an ungrouped convolution.

    Exact whatever the second one's padding: without a bias the padding's zeros stay zeros.
    """
    graph = model.graph
    constants = {constant.name: constant for constant in graph.initializer}
    outputs = {output.name for output in graph.output}
    for first in list(graph.node):
        readers = [node for node in graph.node if first.output[0] in node.input]
        if not _pointwise(first, constants) or first.output[0] in outputs or len(readers) != 1:
            continue
        second = readers[0]
        if (
            second.op_type != "Conv"
            or _attribute(second, "group", 1) != 1
            or second.input[1] not in constants
        ):
            continue
        inner = numpy_helper.to_array(constants[first.input[1]])[:, :, 0, 0].astype(np.float64)
        outer = numpy_helper.to_array(constants[second.input[1]]).astype(np.float64)
        merged = np.einsum("omyx,mi->oiyx", outer, inner).astype(np.float32)
        name = f"{second.input[1]}_folded_{first.output[0]}"
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(merged), name))
        second.input[0], second.input[1] = first.input[0], name
        graph.node.remove(first)
    used = {name for node in graph.node for name in node.input}
    kept = [constant for constant in graph.initializer if constant.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    onnx.checker.check_model(model, full_check=True)
    return model


def _pointwise(node, constants) -> bool:
    return (
        node.op_type == "Conv"
        and len(node.input) == 2
        and node.input[1] in constants
        and list(constants[node.input[1]].dims[2:]) == [1, 1]
        and _attribute(node, "group", 1) == 1
        and not any(_attribute(node, "pads", []))
        and all(step == 1 for step in _attribute(node, "strides", []))
    )


def _attribute(node, name: str, default):
    found = [attribute for attribute in node.attribute if attribute.name == name]
    return onnx.helper.get_attribute_value(found[0]) if found else default
