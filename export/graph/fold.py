# SPDX-License-Identifier: GPL-2.0-or-later
"""Merges nodes into the convolution after them: 1x1 convolutions, and zeros padded around."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

import numpy as np
import onnx
import onnx.reference
from onnx import numpy_helper

if TYPE_CHECKING:
    from ..common.arrays import Numbers

T = TypeVar("T")
#: Constants by name.
Constants: TypeAlias = "dict[str, onnx.TensorProto]"
#: Output -> the node that computes it.
Makers: TypeAlias = "dict[str, onnx.NodeProto]"


def fold_pointwise(model: onnx.ModelProto) -> onnx.ModelProto:
    """Merge, in place, each 1x1 convolution without bias whose only reader is an ungrouped convolution.

    Exact with any padding of the second one: without a bias the padding's zeros stay zeros. Returns
    ``model``.
    """
    graph = model.graph
    constants = {constant.name: constant for constant in graph.initializer}
    outputs = {output.name for output in graph.output}
    for first in list(graph.node):
        if not _pointwise(first, constants) or first.output[0] in outputs:
            continue
        readers = _readers(graph, first.output[0])
        if len(readers) == 1 and _takes_pointwise(readers[0], constants):
            _merge(graph, first, readers[0], constants)
    used = {name for node in graph.node for name in node.input}
    kept = [constant for constant in graph.initializer if constant.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    onnx.checker.check_model(model, full_check=True)
    return model


def fold_padding(model: onnx.ModelProto) -> onnx.ModelProto:
    """Merge, in place, each padding of rows and columns with zeros into the convolution after it.

    Returns ``model``.
    """
    graph = model.graph
    makers = {output: node for node in graph.node for output in node.output}
    for convolution in [node for node in graph.node if node.op_type == "Conv"]:
        pad = makers.get(convolution.input[0])
        if pad is None or pad.op_type != "Pad" or len(_readers(graph, pad.output[0])) != 1:
            continue
        around = _zeros_around(model, makers, pad)
        if around is None:
            continue
        pads = np.array(_attribute(convolution, "pads", [0, 0, 0, 0])) + around
        kept = [entry for entry in convolution.attribute if entry.name != "pads"]
        del convolution.attribute[:]
        convolution.attribute.extend([*kept, onnx.helper.make_attribute("pads", pads.tolist())])
        convolution.input[0] = pad.input[0]
        graph.node.remove(pad)
    onnx.checker.check_model(model, full_check=True)
    return model


def _merge(
    graph: onnx.GraphProto, first: onnx.NodeProto, second: onnx.NodeProto, constants: Constants
) -> None:
    inner = numpy_helper.to_array(constants[first.input[1]])[:, :, 0, 0].astype(np.float64)
    outer = numpy_helper.to_array(constants[second.input[1]]).astype(np.float64)
    merged = np.einsum("omyx,mi->oiyx", outer, inner).astype(np.float32)
    name = f"{second.input[1]}_folded_{first.output[0]}"
    graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(merged), name))
    second.input[0], second.input[1] = first.input[0], name
    graph.node.remove(first)


def _zeros_around(model: onnx.ModelProto, makers: Makers, pad: onnx.NodeProto) -> Numbers | None:
    """Return what ``pad`` adds as a convolution's pads: int64 [4], rows and columns before, then after.

    None if it pads with something else than zeros, crops, or pads other axes.
    """
    if _attribute(pad, "mode", b"constant") != b"constant":
        return None
    around = _value(model, makers, pad.input[1])
    filled = _value(model, makers, pad.input[2]) if len(pad.input) > 2 and pad.input[2] else np.zeros(1)
    if around is None or filled is None or np.any(filled):
        return None
    # One number per axis, first those before it, then those after it: batch and channels come first.
    if around.size != 8 or around.min() < 0 or any(around[[0, 1, 4, 5]]):
        return None
    return around[[2, 3, 6, 7]]


def _readers(graph: onnx.GraphProto, name: str) -> list[onnx.NodeProto]:
    return [node for node in graph.node if name in node.input]


def _value(model: onnx.ModelProto, makers: Makers, name: str) -> Numbers | None:
    """Return the value ``name`` if it does not depend on the model's inputs, else None."""
    constants = [entry for entry in model.graph.initializer if entry.name == name]
    if constants:
        return cast("Numbers", numpy_helper.to_array(constants[0]))
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
    return cast("Numbers", onnx.reference.ReferenceEvaluator(part).run(None, {})[0])


def _pointwise(node: onnx.NodeProto, constants: Constants) -> bool:
    return (
        node.op_type == "Conv"
        and len(node.input) == 2
        and node.input[1] in constants
        and list(constants[node.input[1]].dims[2:]) == [1, 1]
        and _attribute(node, "group", 1) == 1
        and not any(_attribute(node, "pads", list[int]()))
        and all(step == 1 for step in _attribute(node, "strides", list[int]()))
    )


def _takes_pointwise(node: onnx.NodeProto, constants: Constants) -> bool:
    return node.op_type == "Conv" and _attribute(node, "group", 1) == 1 and node.input[1] in constants


def _attribute(node: onnx.NodeProto, name: str, default: T) -> T:
    found = [attribute for attribute in node.attribute if attribute.name == name]
    return cast("T", onnx.helper.get_attribute_value(found[0])) if found else default
