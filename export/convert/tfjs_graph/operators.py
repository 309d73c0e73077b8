# SPDX-License-Identifier: GPL-2.0-or-later
"""TensorFlow operators as ONNX nodes: one function each, and the table of them.

A function gets the walk, the node, and the node's inputs: constants as numpy arrays, values of the
run time as in ``values``. Shapes and axes are those of the source graph, [N, H, W, C].
"""

from __future__ import annotations

import numpy as np

from ...common.errors import ExportError
from .constants import selection
from .convolution import CONVOLUTIONS, average_pool, pad
from .values import Padded, Value

#: Where an axis of [N, H, W, C] is in [N, C, H, W].
_AXIS = {0: 0, 1: 2, 2: 3, 3: 1}


def made(walk, value) -> Value:
    """Return ``value`` with its padding, if that was put off, made after all."""
    if isinstance(value, Padded):
        (top, bottom), (left, right) = value.pads
        pads = walk.graph.constant(np.array([0, 0, top, left, 0, 0, bottom, right], np.int64))
        return walk.add("Pad", [value.value, pads], value.shape)
    return value


def _integers(walk, values) -> str:
    return walk.graph.constant(np.array(values, np.int64))


def _elementwise(operator: str):
    def translate(walk, node, *inputs):
        return walk.add(
            operator, list(inputs), np.broadcast_shapes(*(tuple(entry.shape) for entry in inputs))
        )

    return translate


def multiply(walk, node, left, right):
    """Mul; x / 6 * relu6(x + 3), as which hard swish is written out, becomes that one operator."""
    for scaled, gate in ((left, right), (right, left)):
        source = _scaled_by_sixth(walk, scaled)
        if source and source == _hard_gated(walk, gate):
            return walk.add("HardSwish", [source], left.shape)
    return _elementwise("Mul")(walk, node, left, right)


def _scaled_by_sixth(walk, value) -> str:
    return _with_constant(walk, value, "Mul", 1 / 6)


def _hard_gated(walk, value) -> str:
    operator, operands = walk.origins.get(getattr(value, "name", ""), ("", []))
    return _with_constant(walk, operands[0], "Add", 3) if operator == "Clip" else ""


def _with_constant(walk, value, wanted: str, constant: float) -> str:
    """Return the name of x if ``value`` was computed as x ``wanted`` constant, else nothing."""
    operator, operands = walk.origins.get(getattr(value, "name", ""), ("", []))
    if operator != wanted:
        return ""
    for source, other in (operands, operands[::-1]):
        if isinstance(source, Value) and np.size(other) == 1 and isinstance(other, np.ndarray):
            return source.name if abs(float(np.squeeze(other)) - constant) < 1e-3 else ""
    return ""


def square(walk, node, value):
    """Square."""
    return _elementwise("Mul")(walk, node, value, value)


def relu6(walk, node, value):
    """Relu6."""
    return walk.add("Clip", [value, walk.name(0.0), walk.name(6.0)], value.shape)


def mean(walk, node, value, axes):
    """Mean over the picture, or over the channels."""
    value, axes = made(walk, value), sorted(int(axis) % 4 for axis in np.ravel(axes))
    batch, height, width, channels = value.shape
    if axes == [1, 2] and node.attribute("keep_dims"):
        return walk.add("GlobalAveragePool", [value], (batch, 1, 1, channels))
    if axes == [3] and node.attribute("keep_dims"):
        return walk.add("ReduceMean", [value], (batch, height, width, 1), axes=[1], keepdims=1)
    raise ExportError(f"The network uses a Mean over the axes {axes}, which the converter does not cover.")


def split(walk, node, *inputs):
    """Split, whose first input is the axis, and SplitV, whose last one is."""
    if node.operator == "Split":
        axis, value = inputs
        axis = int(axis) % 4
        sizes = [value.shape[axis] // node.attribute("num_split")] * node.attribute("num_split")
    else:
        value, sizes, axis = inputs
        axis, sizes = int(np.squeeze(axis)) % 4, [int(size) for size in sizes]
        sizes = [value.shape[axis] - sum(sizes) - 1 if size < 0 else size for size in sizes]
    value = made(walk, value)
    names = walk.graph.add_many("Split", [value.name, _integers(walk, sizes)], len(sizes), axis=_AXIS[axis])
    shapes = [(*value.shape[:axis], size, *value.shape[axis + 1 :]) for size in sizes]
    return tuple(Value(name, shape) for name, shape in zip(names, shapes))


def concatenate(walk, node, *inputs):
    """ConcatV2, whose last input is the axis."""
    *values, axis = inputs
    axis = int(axis) % 4
    shape = list(values[0].shape)
    shape[axis] = sum(value.shape[axis] for value in values)
    return walk.add("Concat", values, shape, axis=_AXIS[axis])


def _crop(walk, value, begin, end):
    value, shape = made(walk, value), tuple(last - first for first, last in zip(begin, end))
    if shape == tuple(value.shape):
        return value
    cut = [axis for axis in range(4) if shape[axis] != value.shape[axis]]
    bounds = ([begin[axis] for axis in cut], [end[axis] for axis in cut], [_AXIS[axis] for axis in cut])
    return walk.add("Slice", [value, *(_integers(walk, entry) for entry in bounds)], shape)


def slice_of_size(walk, node, value, begin, size):
    """Slice."""
    begin = [int(entry) for entry in begin]
    end = [
        first + int(count) if count >= 0 else whole for first, count, whole in zip(begin, size, value.shape)
    ]
    return _crop(walk, value, begin, end)


def strided_slice(walk, node, value, *bounds):
    """StridedSlice with steps of 1 that keeps every axis."""
    index = selection(node, *bounds)
    if any(not isinstance(part, slice) or part.step not in (None, 1) for part in index):
        raise ExportError("The network uses a StridedSlice with steps, which the converter does not cover.")
    whole = [slice(None)] * (len(value.shape) - len(index))
    ranges = [range(size)[part] for size, part in zip(value.shape, [*index, *whole])]
    return _crop(walk, value, [part.start for part in ranges], [part.stop for part in ranges])


def broadcast(walk, node, value, shape):
    """BroadcastTo: nothing to do once every shape is fixed, but for a state it says its shape."""
    shape = tuple(int(size) for size in shape)
    if not hasattr(value, "shape"):
        return walk.state(value, shape)
    if tuple(value.shape) != shape:
        raise ExportError("The network broadcasts a value at run time, which the converter does not cover.")
    return value


def resize(walk, node, value, size):
    """ResizeBilinear."""
    batch, before_height, before_width, channels = value.shape
    height, width = (int(entry) for entry in size)
    if (height, width) == (before_height, before_width):
        return value
    mode = "asymmetric"
    if node.attribute("align_corners"):
        mode = "align_corners"
    elif node.attribute("half_pixel_centers"):
        mode = "half_pixel"
    sizes = _integers(walk, [batch, channels, height, width])
    return walk.add(
        "Resize", [value, "", "", sizes], (batch, height, width, channels),
        mode="linear", coordinate_transformation_mode=mode,
    )  # fmt: skip


OPERATORS = {
    **CONVOLUTIONS,
    "Pad": pad,
    "AvgPool": average_pool,
    "Add": _elementwise("Add"),
    "AddV2": _elementwise("Add"),
    "Sub": _elementwise("Sub"),
    "Mul": multiply,
    "RealDiv": _elementwise("Div"),
    "Maximum": _elementwise("Max"),
    "Minimum": _elementwise("Min"),
    "Square": square,
    "Relu6": relu6,
    "Sigmoid": _elementwise("Sigmoid"),
    "Tanh": _elementwise("Tanh"),
    "Identity": lambda walk, node, value: value,
    "Mean": mean,
    "Split": split,
    "SplitV": split,
    "ConcatV2": concatenate,
    "Slice": slice_of_size,
    "StridedSlice": strided_slice,
    "BroadcastTo": broadcast,
    "ResizeBilinear": resize,
}
