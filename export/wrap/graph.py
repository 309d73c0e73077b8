# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts a network under the graph contract: camera bytes before it, alpha bytes after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, compose, helper, shape_inference, version_converter

from ..common.errors import ExportError
from ..graph import contract
from ..graph.nodes import FLOAT, FLOAT16, IR_VERSION, OPSET, UINT8, Nodes, needed_nodes
from . import shapes

if TYPE_CHECKING:
    import onnx

    from .reading import Reading

#: Put before each name of the network, so that none is the contract's.
_PREFIX = "network/"


@dataclass(frozen=True)
class _Network:
    """The network's input, of the type ``kind``, and its output: names, and sizes from :mod:`.shapes`."""

    input: str
    kind: int
    size: list[int]
    height: int
    width: int
    channels_last: bool
    output: str
    rows: int
    columns: int
    channels: int
    channels_last_out: bool


def wrapped(model: onnx.ModelProto, reading: Reading) -> onnx.ModelProto:
    """Return ``model`` (one float picture in, one mask out) under the contract.

    Raises ExportError if it cannot be put there.
    """
    model = _at_opset(model)
    network = _read(model, reading)
    model = compose.add_prefix(model, _PREFIX)
    before, after = Nodes("wrap_in_"), Nodes("wrap_out_")
    before.rename(_picture(before, reading, network), _PREFIX + network.input)
    after.rename(_alpha(after, reading, network), "alpha")
    graph = model.graph
    inner = list(graph.node)
    del graph.node[:], graph.input[:], graph.output[:]
    graph.node.extend([*before.nodes, *inner, *after.nodes])
    graph.initializer.extend([*before.constants, *after.constants])
    size = [network.height, network.width]
    graph.input.append(helper.make_tensor_value_info("frame", UINT8, [*size, 4]))
    graph.output.append(helper.make_tensor_value_info("alpha", UINT8, size))
    # Files of version 3 name their constants among the inputs, and these are gone now.
    model.ir_version = min(max(model.ir_version, 4), IR_VERSION)
    wrong = contract.violations(model)
    if wrong:
        raise ExportError(f"Wrapped, it still breaks the graph contract: {' '.join(wrong)}")
    return model


def _read(model: onnx.ModelProto, reading: Reading) -> _Network:
    """Return the network's ends; ``model`` is left with one output. Raises ExportError if they do not fit."""
    given = {constant.name for constant in model.graph.initializer}
    inputs = [entry for entry in model.graph.input if entry.name not in given]
    if len(inputs) != 1:
        raise ExportError(
            f"It has {len(inputs)} inputs ({', '.join(entry.name for entry in inputs)}); a network "
            "with a memory needs 'frame' and pairs of 'state_x' and 'next_state_x', as models/README.md says."
        )
    size, kind = shapes.sizes(inputs[0], "input"), inputs[0].type.tensor_type.elem_type
    if kind not in (FLOAT, FLOAT16):
        raise ExportError(f"Its input is {TensorProto.DataType.Name(kind).lower()}; it must be float.")
    height, width, last = shapes.of_picture(size)
    output = _only_output(model, reading.output)
    kind_out = output.type.tensor_type.elem_type
    if kind_out not in (FLOAT, FLOAT16):
        raise ExportError(
            f"Its output {output.name!r} is {TensorProto.DataType.Name(kind_out).lower()}: classes or a cut "
            "mask; export it without the last argmax or threshold, so that it answers how sure it is."
        )
    size_out = shapes.sizes(_with_shape(model, inputs[0], size), "output")
    mask = shapes.of_mask(size_out, height, width)
    return _Network(inputs[0].name, kind, size, height, width, last, output.name, *mask)


def _picture(nodes: Nodes, reading: Reading, network: _Network) -> str:
    """Append what makes the network's input of the frame; return its name."""
    planes = [2, 1, 0] if reading.order == "rgb" else [0, 1, 2]
    mean, std = (np.array(values, np.float64) for values in (reading.mean, reading.std))
    factor, shift = (reading.scale / std).astype(np.float32), (mean / std).astype(np.float32)
    # Providers for graphics cards move floats alone, no bytes: the cast comes first.
    x = nodes.add("Gather", [nodes.add("Cast", ["frame"], to=FLOAT), nodes.integers(*planes)], axis=2)
    x = nodes.add("Sub", [nodes.add("Mul", [x, nodes.constant(factor)]), nodes.constant(shift)])
    if not network.channels_last:
        x = nodes.add("Transpose", [x], perm=[2, 0, 1])
    x = nodes.add("Reshape", [x, nodes.integers(*network.size)])
    return nodes.add("Cast", [x], to=FLOAT16) if network.kind == FLOAT16 else x


def _alpha(nodes: Nodes, reading: Reading, network: _Network) -> str:
    """Append what makes the alpha of the network's output; return its name."""
    rows, columns, channels = network.rows, network.columns, network.channels
    x = nodes.add("Cast", [_PREFIX + network.output], to=FLOAT)
    if network.channels_last_out:
        x = nodes.add("Reshape", [x, nodes.integers(1, rows, columns, channels)])
        x = nodes.add("Transpose", [x], perm=[0, 3, 1, 2])
    else:
        x = nodes.add("Reshape", [x, nodes.integers(1, channels, rows, columns)])
    picked = (channels - 1,) if reading.channels is None else reading.channels
    missing = [channel for channel in picked if not 0 <= channel < channels]
    if missing:
        raise ExportError(f"There is no channel {missing[0]}: its output has {channels}, counted from 0.")
    if channels > 1:
        x = nodes.add("Softmax", [x], axis=1) if reading.logits else x
        x = nodes.add("Gather", [x, nodes.integers(*picked)], axis=1)
        if len(picked) > 1:
            x = nodes.add("ReduceSum", [x, nodes.integers(1)], keepdims=1)
    elif reading.logits:
        x = nodes.add("Sigmoid", [x])
    if (rows, columns) != (network.height, network.width):
        sizes = nodes.integers(1, 1, network.height, network.width)
        x = nodes.add("Resize", [x, "", "", sizes], mode="linear")
    x = nodes.add("Clip", [x, nodes.constant(np.float32(0)), nodes.constant(np.float32(1))])
    x = nodes.add("Reshape", [x, nodes.integers(network.height, network.width)])
    steps = nodes.add("Mul", [x, nodes.constant(np.float32(255))])
    # The cast truncates: half a step more makes it round.
    rounded = nodes.add("Add", [steps, nodes.constant(np.float32(0.5))])
    return nodes.add("Cast", [rounded], to=UINT8)


def _only_output(model: onnx.ModelProto, name: str | None) -> onnx.ValueInfoProto:
    """Leave ``model`` with one output and return it: the one called ``name``, or the only one there is."""
    there = {output.name: output for output in model.graph.output}
    if name is None and len(there) > 1:
        raise ExportError(f"It has {len(there)} outputs ({', '.join(there)}); name the mask's with --output.")
    if name is not None and name not in there:
        raise ExportError(f"There is no output {name!r}; there is: {', '.join(there)}.")
    output = there[name] if name else next(iter(there.values()))
    del model.graph.output[:]
    model.graph.output.append(output)
    nodes, _ = needed_nodes(model.graph.node, {output.name})
    # What a branch or a loop takes from outside is not among its inputs: such a graph stays whole.
    if not any(attribute.g.node for node in nodes for attribute in node.attribute):
        del model.graph.node[:]
        model.graph.node.extend(nodes)
    return model.graph.output[0]


def _with_shape(model: onnx.ModelProto, entry: onnx.ValueInfoProto, size: list[int]) -> onnx.ValueInfoProto:
    """Return the output with its shape: its own, or the one that follows from an input of ``size``."""
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


def _at_opset(model: onnx.ModelProto) -> onnx.ModelProto:
    version = max(
        (entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=0
    )
    if version > contract.NEWEST_OPSET:
        raise ExportError(contract.too_new(version))
    if version >= OPSET:
        return model
    try:
        return version_converter.convert_version(model, OPSET)
    except Exception as error:  # noqa: BLE001 - the converter raises errors of its own
        reason = str(error).splitlines()[0]
        raise ExportError(
            f"Its opset {version} cannot be raised to {OPSET} ({reason}); export it with opset {OPSET}."
        ) from None
