# SPDX-License-Identifier: GPL-2.0-or-later
"""Merges nodes into the convolution after them: 1x1 convolutions, and zeros padded around."""

from __future__ import annotations

import numpy as np
import onnx
import onnx.reference
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


def fold_padding(model: onnx.ModelProto) -> onnx.ModelProto:
    """Merge, in place, each padding of rows and columns with zeros into the convolution after it."""
    graph = model.graph
    makers = {output: node for node in graph.node for output in node.output}
    for convolution in [node for node in graph.node if node.op_type == "Conv"]:
        pad = makers.get(convolution.input[0])
        if pad is None or pad.op_type != "Pad" or _attribute(pad, "mode", b"constant") != b"constant":
            continue
        readers = [node for node in graph.node if pad.output[0] in node.input]
        around = _value(model, makers, pad.input[1])
        filled = _value(model, makers, pad.input[2]) if len(pad.input) > 2 and pad.input[2] else np.zeros(1)
        if len(readers) != 1 or around is None or filled is None or np.any(filled):
            continue
        # One number per axis, first those before it, then those after it: batch and channels come first.
        if around.size != 8 or around.min() < 0 or any(around[[0, 1, 4, 5]]):
            continue
        pads = np.array(_attribute(convolution, "pads", [0, 0, 0, 0])) + around[[2, 3, 6, 7]]
        kept = [entry for entry in convolution.attribute if entry.name != "pads"]
        del convolution.attribute[:]
        convolution.attribute.extend([*kept, onnx.helper.make_attribute("pads", pads.tolist())])
        convolution.input[0] = pad.input[0]
        graph.node.remove(pad)
    onnx.checker.check_model(model, full_check=True)
    return model


def _value(model, makers, name):
    """Return what ``name`` is whatever the inputs are, or None if it depends on them."""
    constants = [entry for entry in model.graph.initializer if entry.name == name]
    if constants:
        return numpy_helper.to_array(constants[0])
    waiting, needed = [name], []
    while waiting:
        maker = makers.get(waiting.pop())
        if maker is None:
            return None
        if maker not in needed:
            needed.append(maker)
            waiting += maker.input
    nodes = [node for node in model.graph.node if node in needed]
    output = onnx.helper.make_empty_tensor_value_info(name)
    part = onnx.helper.make_model(
        onnx.helper.make_graph(nodes, "part", [], [output]), opset_imports=model.opset_import
    )
    return onnx.reference.ReferenceEvaluator(part).run(None, {})[0]


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
