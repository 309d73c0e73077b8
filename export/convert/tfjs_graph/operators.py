# SPDX-License-Identifier: GPL-2.0-or-later
"""TensorFlow operators as ONNX nodes: one function each, and the table of them.

A function gets the walk, the node, and the node's inputs: constants as numpy arrays, values of the
run time as in ``values``. Shapes and axes are those of the source graph, [N, H, W, C].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...common.errors import ExportError
from .constants import selection
from .convolution import CONVOLUTIONS, average_pool, pad
from .values import State, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...common.arrays import Numbers
    from .convolution import Translation
    from .reader import Node
    from .values import Picture
    from .walk import Operand, Walk

#: Where an axis of [N, H, W, C] is in [N, C, H, W].
_AXIS = {0: 0, 1: 2, 2: 3, 3: 1}


def _elementwise(operator: str) -> Callable[..., Value]:
    def translate(walk: Walk, _node: Node, *inputs: Picture | Numbers) -> Value:
        shape = np.broadcast_shapes(*(tuple(entry.shape) for entry in inputs))
        return walk.add(operator, list(inputs), shape)

    return translate


def multiply(walk: Walk, node: Node, left: Picture | Numbers, right: Picture | Numbers) -> Value:
    """Mul; x / 6 * relu6(x + 3), as which hard swish is written out, becomes that one operator."""
    for scaled, gate in ((left, right), (right, left)):
        source = _scaled_by_sixth(walk, scaled)
        if source and source == _hard_gated(walk, gate):
            return walk.add("HardSwish", [source], left.shape)
    return _times(walk, node, left, right)


def _scaled_by_sixth(walk: Walk, value: Operand) -> str:
    return _with_constant(walk, value, "Mul", 1 / 6)


def _hard_gated(walk: Walk, value: Operand) -> str:
    operator, operands = _origin(walk, value)
    return _with_constant(walk, operands[0], "Add", 3) if operator == "Clip" else ""


def _with_constant(walk: Walk, value: Operand, wanted: str, constant: float) -> str:
    """Return the name of x if ``value`` was computed as x ``wanted`` constant, else nothing."""
    operator, operands = _origin(walk, value)
    if operator != wanted:
        return ""
    for source, other in (operands, operands[::-1]):
        if isinstance(source, Value) and isinstance(other, np.ndarray) and other.size == 1:
            return source.name if abs(float(np.squeeze(other)) - constant) < 1e-3 else ""
    return ""


def _origin(walk: Walk, value: Operand) -> tuple[str, list[Operand]]:
    return walk.origins.get(value.name, ("", [])) if isinstance(value, Value) else ("", [])


def square(walk: Walk, node: Node, value: Picture) -> Value:
    """Square."""
    return _times(walk, node, value, value)


def relu6(walk: Walk, _node: Node, value: Picture) -> Value:
    """Relu6."""
    return walk.add("Clip", [value, walk.name(0.0), walk.name(6.0)], value.shape)


def mean(walk: Walk, node: Node, value: Picture, axes: Numbers) -> Value:
    """Mean over the picture, or over the channels."""
    source, over = walk.made(value), sorted(int(axis) % 4 for axis in np.ravel(axes))
    batch, height, width, channels = source.shape
    if over == [1, 2] and node.flag("keep_dims"):
        return walk.add("GlobalAveragePool", [source], (batch, 1, 1, channels))
    if over == [3] and node.flag("keep_dims"):
        return walk.add("ReduceMean", [source], (batch, height, width, 1), axes=[1], keepdims=1)
    raise ExportError(f"The network uses a Mean over the axes {over}, which the converter does not cover.")


def split(walk: Walk, node: Node, axis: Numbers, value: Picture) -> tuple[Value, ...]:
    """Split into equal parts."""
    count, whole = node.integer("num_split"), int(axis) % 4
    return _split(walk, value, [value.shape[whole] // count] * count, whole)


def split_by_sizes(
    walk: Walk, _node: Node, value: Picture, sizes: Numbers, axis: Numbers
) -> tuple[Value, ...]:
    """SplitV; one size may be -1: what the others leave."""
    whole, given = int(np.squeeze(axis)) % 4, [int(size) for size in sizes]
    rest = value.shape[whole] - sum(given) - 1
    return _split(walk, value, [rest if size < 0 else size for size in given], whole)


def _split(walk: Walk, value: Picture, sizes: list[int], axis: int) -> tuple[Value, ...]:
    source = walk.made(value)
    bounds = [source.name, walk.graph.integers(*sizes)]
    names = walk.graph.add_many("Split", bounds, len(sizes), axis=_AXIS[axis])
    shapes = [(*source.shape[:axis], size, *source.shape[axis + 1 :]) for size in sizes]
    return tuple(Value(name, shape) for name, shape in zip(names, shapes))


def concatenate(walk: Walk, _node: Node, *inputs: Picture | Numbers) -> Value:
    """ConcatV2, whose last input is the axis."""
    *values, last = inputs
    axis = int(np.asarray(last)) % 4
    shape = list(values[0].shape)
    shape[axis] = sum(value.shape[axis] for value in values)
    return walk.add("Concat", values, shape, axis=_AXIS[axis])


def _crop(walk: Walk, value: Picture, begin: Sequence[int], end: Sequence[int]) -> Value:
    source, shape = walk.made(value), tuple(last - first for first, last in zip(begin, end))
    if shape == tuple(source.shape):
        return source
    cut = [axis for axis in range(4) if shape[axis] != source.shape[axis]]
    bounds = ([begin[axis] for axis in cut], [end[axis] for axis in cut], [_AXIS[axis] for axis in cut])
    return walk.add("Slice", [source, *(walk.graph.integers(*entry) for entry in bounds)], shape)


def slice_of_size(walk: Walk, _node: Node, value: Picture, begin: Numbers, size: Numbers) -> Value:
    """Slice."""
    first = [int(entry) for entry in begin]
    last = [
        start + int(count) if count >= 0 else whole for start, count, whole in zip(first, size, value.shape)
    ]
    return _crop(walk, value, first, last)


def strided_slice(
    walk: Walk, node: Node, value: Picture, begin: Numbers, end: Numbers, strides: Numbers
) -> Value:
    """StridedSlice with steps of 1 that keeps every axis."""
    index = selection(node, begin, end, strides)
    parts = [part for part in index if isinstance(part, slice) and part.step in (None, 1)]
    if len(parts) < len(index):
        raise ExportError("The network uses a StridedSlice with steps, which the converter does not cover.")
    whole = [slice(None)] * (len(value.shape) - len(index))
    ranges = [range(size)[part] for size, part in zip(value.shape, [*parts, *whole])]
    return _crop(walk, value, [part.start for part in ranges], [part.stop for part in ranges])


def broadcast(walk: Walk, _node: Node, value: Picture | State, shape: Numbers) -> Picture:
    """BroadcastTo: nothing to do once every shape is fixed; it gives a state its shape."""
    wanted = tuple(int(size) for size in shape)
    if isinstance(value, State):
        return walk.state(value, wanted)
    if tuple(value.shape) != wanted:
        raise ExportError("The network broadcasts a value at run time, which the converter does not cover.")
    return value


def resize(walk: Walk, node: Node, value: Picture, size: Numbers) -> Picture:
    """ResizeBilinear."""
    batch, before_height, before_width, channels = value.shape
    height, width = (int(entry) for entry in size)
    if (height, width) == (before_height, before_width):
        return value
    mode = "asymmetric"
    if node.flag("align_corners"):
        mode = "align_corners"
    elif node.flag("half_pixel_centers"):
        mode = "half_pixel"
    sizes = walk.graph.integers(batch, channels, height, width)
    return walk.add(
        "Resize", [value, "", "", sizes], (batch, height, width, channels),
        mode="linear", coordinate_transformation_mode=mode,
    )  # fmt: skip


_times = _elementwise("Mul")

OPERATORS: dict[str, Translation] = {
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
    "Identity": lambda _walk, _node, value: value,
    "Mean": mean,
    "Split": split,
    "SplitV": split_by_sizes,
    "ConcatV2": concatenate,
    "Slice": slice_of_size,
    "StridedSlice": strided_slice,
    "BroadcastTo": broadcast,
    "ResizeBilinear": resize,
}
