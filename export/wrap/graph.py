# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts a network between the contract's ends: camera bytes before it, alpha bytes after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, compose, helper, numpy_helper, shape_inference, version_converter

from ..common.errors import ExportError
from ..graph import contract
from ..graph.nodes import IR_VERSION, OPSET
from . import shapes

if TYPE_CHECKING:
    from .reading import Reading

_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16)


def wrapped(model, reading: Reading):
    """Return ``model`` (one float picture in, one mask out) under the contract.

    Raises ExportError if it cannot be put there.
    """
    model = _at_opset(model)
    given = {constant.name for constant in model.graph.initializer}
    inputs = [entry for entry in model.graph.input if entry.name not in given]
    if len(inputs) != 1:
        raise ExportError(
            f"It has {len(inputs)} inputs ({', '.join(entry.name for entry in inputs)}); a network "
            "with a memory needs 'frame' and pairs of 'state_x' and 'next_state_x', as models/README.md says."
        )
    size_in, kind = shapes.sizes(inputs[0], "input"), inputs[0].type.tensor_type.elem_type
    if kind not in _FLOATS:
        raise ExportError(f"Its input is {TensorProto.DataType.Name(kind).lower()}; it must be float.")
    height, width, last = shapes.of_picture(size_in)
    output = _only_output(model, reading.output)
    if output.type.tensor_type.elem_type not in _FLOATS:
        kind_out = TensorProto.DataType.Name(output.type.tensor_type.elem_type).lower()
        raise ExportError(
            f"Its output {output.name!r} is {kind_out}: classes or a cut mask; export it without the last "
            "argmax or threshold, so that it answers how sure it is."
        )
    size_out = shapes.sizes(_with_shape(model, inputs[0], size_in), "output")
    rows, columns, channels, channels_last = shapes.of_mask(size_out, height, width)
    model = compose.add_prefix(model, "network/")
    graph = model.graph
    nodes, constants = [], []

    def constant(value):
        constants.append(numpy_helper.from_array(np.asarray(value), f"wrap_constant_{len(constants)}"))
        return constants[-1].name

    def add(operator, *names, to=None, **attributes):
        nodes.append(helper.make_node(operator, names, [to or f"wrap_{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    planes = [2, 1, 0] if reading.order == "rgb" else [0, 1, 2]
    mean, std = (np.array(values, np.float64) for values in (reading.mean, reading.std))
    factor, shift = (reading.scale / std).astype(np.float32), (mean / std).astype(np.float32)
    x = add("Gather", "frame", constant(np.array(planes, np.int64)), axis=2)
    x = _cast(nodes, x, TensorProto.FLOAT)
    x = add("Sub", add("Mul", x, constant(factor)), constant(shift))
    if not last:
        x = add("Transpose", x, perm=[2, 0, 1])
    x = add("Reshape", x, constant(np.array(size_in, np.int64)))
    if kind == TensorProto.FLOAT16:
        x = _cast(nodes, x, TensorProto.FLOAT16)
    nodes.append(helper.make_node("Identity", [x], [graph.input[0].name]))
    before, nodes = nodes, []

    x = _cast(nodes, graph.output[0].name, TensorProto.FLOAT)
    whole = [1, rows, columns, channels] if channels_last else [1, channels, rows, columns]
    x = add("Reshape", x, constant(np.array(whole, np.int64)), to="wrap_mask")
    if channels_last:
        x = add("Transpose", x, perm=[0, 3, 1, 2], to="wrap_mask_planes")
    if channels > 1:
        picked = channels - 1 if reading.channel is None else reading.channel
        if not 0 <= picked < channels:
            raise ExportError(f"There is no channel {picked}: its output has {channels}, counted from 0.")
        x = add("Softmax", x, axis=1, to="wrap_shares") if reading.logits else x
        x = add("Gather", x, constant(np.array([picked], np.int64)), axis=1, to="wrap_person")
    elif reading.logits:
        x = add("Sigmoid", x, to="wrap_sigmoid")
    if (rows, columns) != (height, width):
        sizes = constant(np.array([1, 1, height, width], np.int64))
        x = add("Resize", x, "", "", sizes, mode="linear", to="wrap_sized")
    x = add("Clip", x, constant(np.float32(0)), constant(np.float32(1)), to="wrap_clipped")
    x = add("Mul", x, constant(np.float32(255)), to="wrap_steps")
    x = add("Add", x, constant(np.float32(0.5)), to="wrap_half_up")
    x = _cast(nodes, x, TensorProto.UINT8)
    add("Reshape", x, constant(np.array([height, width], np.int64)), to="alpha")

    inner = list(graph.node)
    del graph.node[:], graph.input[:], graph.output[:]
    graph.node.extend([*before, *inner, *nodes])
    graph.initializer.extend(constants)
    graph.input.append(helper.make_tensor_value_info("frame", TensorProto.UINT8, [height, width, 4]))
    graph.output.append(helper.make_tensor_value_info("alpha", TensorProto.UINT8, [height, width]))
    # Files of version 3 name their constants among the inputs, and these are gone now.
    model.ir_version = min(max(model.ir_version, 4), IR_VERSION)
    wrong = contract.violations(model)
    if wrong:
        raise ExportError(f"Wrapped, it still breaks the graph contract: {' '.join(wrong)}")
    return model


def _only_output(model, name):
    """Leave ``model`` with one output and return it: the one called ``name``, or the only one there is."""
    there = {output.name: output for output in model.graph.output}
    if name is None and len(there) > 1:
        raise ExportError(f"It has {len(there)} outputs ({', '.join(there)}); name the mask's with --output.")
    if name is not None and name not in there:
        raise ExportError(f"There is no output {name!r}; there is: {', '.join(there)}.")
    output = there[name] if name else next(iter(there.values()))
    del model.graph.output[:]
    model.graph.output.append(output)
    needed, nodes = {output.name}, []
    for node in reversed(model.graph.node):
        # What a branch or a loop takes from outside is not among its inputs: such a graph stays whole.
        if needed.intersection(node.output):
            nodes.append(node)
            needed.update(node.input)
    if not any(attribute.g.node for node in nodes for attribute in node.attribute):
        del model.graph.node[:]
        model.graph.node.extend(nodes[::-1])
    return model.graph.output[0]


def _with_shape(model, entry, size):
    """Return the output with the shape that follows from an input of ``size``, if it does not say its own."""
    for dimension, value in zip(entry.type.tensor_type.shape.dim, size):
        dimension.dim_value = value
    output = model.graph.output[0]
    known = output.type.tensor_type.shape.dim
    if known and all(size.dim_value > 0 for size in known):
        return output
    free = type(model).FromString(model.SerializeToString())
    free.graph.output[0].type.tensor_type.ClearField("shape")
    del free.graph.value_info[:]
    return shape_inference.infer_shapes(free).graph.output[0]


def _cast(nodes, value, kind):
    name = f"wrap_cast_{value}"
    nodes.append(helper.make_node("Cast", [value], [name], to=kind))
    return name


def _at_opset(model):
    version = max(
        (entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=0
    )
    if version > contract.NEWEST_OPSET:
        raise ExportError(contract.too_new(version))
    if version >= OPSET:
        return model
    try:
        return version_converter.convert_version(model, OPSET)
    except Exception as error:  # the converter raises errors of its own
        reason = str(error).splitlines()[0]
        raise ExportError(
            f"Its opset {version} cannot be raised to {OPSET} ({reason}); export it with opset {OPSET}."
        ) from None
