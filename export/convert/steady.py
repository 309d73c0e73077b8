# SPDX-License-Identifier: GPL-2.0-or-later
"""Steadies a network without a memory: alphas of what stands still settle, moving ones are not delayed.

Where brightness hardly changed from one frame to the next, the alpha moves only a part of the way to the
network's new answer; where it changed, all the way. In the graph, so that it needs no other code, and its
memory is one per filter like that of every recurrent network.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

from ..common.errors import ExportError
from ..graph.nodes import FLOAT, UINT8

#: How far a still pixel goes towards the new answer in each frame.
STILL = 0.25
#: Change of a square's brightness, in steps of 1/255: up to the first it stands still (of camera noise a mean
#: over a square has little), from the second on it moves.
CALM, MOVING = 2.0, 6.0
#: Side of those squares, in pixels of the network's input.
SQUARE = 4
#: Brightness is remembered with this added, so that after nothing at all everything counts as moving.
_OFFSET = 16.0


def steady(model: onnx.ModelProto) -> onnx.ModelProto:
    """Append the smoothing to ``model``, which keeps the graph contract and has no states, in place.

    Raises ExportError if it has: a recurrent network learned what is steady.
    """
    graph = model.graph
    if len(graph.input) != 1:
        raise ExportError("The network has a memory of its own; smoothing its alpha would only delay it.")
    height, width = (entry.dim_value for entry in graph.output[0].type.tensor_type.shape.dim)
    if height % SQUARE or width % SQUARE:
        raise ExportError(f"Only networks whose height and width are multiples of {SQUARE} can be steadied.")
    nodes, constants = [], graph.initializer

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.asarray(value), f"steady_{name}"))
        return f"steady_{name}"

    def add(operator, inputs, name, **attributes):
        nodes.append(helper.make_node(operator, inputs, [f"steady_{name}"], **attributes))
        return f"steady_{name}"

    for node in graph.node:
        node.output[:] = ["steady_raw" if output == "alpha" else output for output in node.output]
    # Green alone, in squares: that it moved shows there as well, at a tenth of the cost.
    first, last, axis = (constant(name, np.array([at], np.int64)) for name, at in
                         (("first", 1), ("last", 2), ("axis", 2)))  # fmt: skip
    green = add("Cast", [add("Slice", ["frame", first, last, axis], "green")], "green_floats", to=FLOAT)
    plane = constant("plane", np.array([1, 1, height, width], np.int64))
    squares = add("AveragePool", [add("Reshape", [green, plane], "green_plane")], "squares",
                  kernel_shape=[SQUARE, SQUARE], strides=[SQUARE, SQUARE])  # fmt: skip
    bright = add("Add", [squares, constant("offset", np.float32(_OFFSET))], "bright")
    change = add("Abs", [add("Sub", [bright, "state_bright"], "difference")], "change")
    # From the share of the way at rest to all of it, along a straight line.
    slope = (1 - STILL) / (MOVING - CALM)
    sloped = add("Mul", [change, constant("slope", np.float32(slope))], "sloped")
    line = add("Add", [sloped, constant("start", np.float32(STILL - CALM * slope))], "line")
    # What moves takes its neighbours along.
    near = add("MaxPool", [line], "near", kernel_shape=[3, 3], pads=[1] * 4)
    limits = constant("still", np.float32(STILL)), constant("one", np.float32(1))
    share = add("Resize", [add("Clip", [near, *limits], "shares"), "", "", plane], "share", mode="linear")
    fresh = add("Cast", ["steady_raw"], "fresh", to=FLOAT)
    flat = constant("flat", np.array([height, width], np.int64))
    apart = add("Sub", [fresh, "state_alpha"], "apart")
    way = add("Mul", [apart, add("Reshape", [share, flat], "part")], "way")
    alpha = add("Add", ["state_alpha", way], "alpha")
    rounded = add("Add", [alpha, constant("half", np.float32(0.5))], "rounded")
    nodes += [
        helper.make_node("Cast", [rounded], ["alpha"], to=UINT8),
        helper.make_node("Identity", [alpha], ["next_state_alpha"]),
        helper.make_node("Identity", [bright], ["next_state_bright"]),
    ]
    graph.node.extend(nodes)
    for name, shape in (("alpha", [height, width]), ("bright", [1, 1, height // SQUARE, width // SQUARE])):
        graph.input.append(helper.make_tensor_value_info(f"state_{name}", FLOAT, shape))
        graph.output.append(helper.make_tensor_value_info(f"next_state_{name}", FLOAT, shape))
    onnx.checker.check_model(model, full_check=True)
    return model
