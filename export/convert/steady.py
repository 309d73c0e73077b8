# SPDX-License-Identifier: GPL-2.0-or-later
"""Steadies a network without a memory: alphas of what stands still settle, moving ones are not delayed.

Where brightness hardly changed from one frame to the next, the alpha moves only a part of the way to the
network's new answer; where it changed, all the way. In the graph, so that it needs no other code, and its
memory is one per filter like that of every recurrent network.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper

from ..common.errors import ExportError
from ..graph.nodes import FLOAT, UINT8, Nodes

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
    """Append the smoothing to ``model``, in place, and return it.

    ``model`` keeps the graph contract. Raises ExportError if it has states: a recurrent network learned what
    is steady.
    """
    graph = model.graph
    if len(graph.input) != 1:
        raise ExportError("The network has a memory of its own; smoothing its alpha would only delay it.")
    height, width = (entry.dim_value for entry in graph.output[0].type.tensor_type.shape.dim)
    if height % SQUARE or width % SQUARE:
        raise ExportError(f"Only networks whose height and width are multiples of {SQUARE} can be steadied.")
    nodes = Nodes("steady_")
    for node in graph.node:
        node.output[:] = ["steady_raw" if output == "alpha" else output for output in node.output]
    share, bright = _share(nodes, height, width)
    fresh = nodes.add("Cast", ["steady_raw"], to=FLOAT)
    apart = nodes.add("Sub", [fresh, "state_alpha"])
    part = nodes.add("Reshape", [share, nodes.integers(height, width)])
    alpha = nodes.add("Add", ["state_alpha", nodes.add("Mul", [apart, part])])
    rounded = nodes.add("Add", [alpha, nodes.constant(np.float32(0.5))])
    nodes.rename(nodes.add("Cast", [rounded], to=UINT8), "alpha")
    nodes.rename(alpha, "next_state_alpha")
    nodes.rename(bright, "next_state_bright")
    graph.node.extend(nodes.nodes)
    graph.initializer.extend(nodes.constants)
    for name, shape in (("alpha", [height, width]), ("bright", [1, 1, height // SQUARE, width // SQUARE])):
        graph.input.append(helper.make_tensor_value_info(f"state_{name}", FLOAT, shape))
        graph.output.append(helper.make_tensor_value_info(f"next_state_{name}", FLOAT, shape))
    onnx.checker.check_model(model, full_check=True)
    return model


def _share(nodes: Nodes, height: int, width: int) -> tuple[str, str]:
    """Append what share of the way each pixel goes; return its name, and that of the squares' brightness.

    The share is float [1, 1, H, W] in STILL..1, the brightness float [1, 1, H / SQUARE, W / SQUARE].
    """
    # Green alone, in squares: that it moved shows there as well, at a tenth of the cost.
    values = nodes.add("Cast", ["frame"], to=FLOAT)
    green = nodes.add("Slice", [values, *(nodes.integers(at) for at in (1, 2, 2))])
    plane = nodes.integers(1, 1, height, width)
    green = nodes.add("Reshape", [green, plane])
    squares = nodes.add("AveragePool", [green], kernel_shape=[SQUARE, SQUARE], strides=[SQUARE, SQUARE])
    bright = nodes.add("Add", [squares, nodes.constant(np.float32(_OFFSET))])
    change = nodes.add("Abs", [nodes.add("Sub", [bright, "state_bright"])])
    # From the share of the way at rest to all of it, along a straight line.
    slope = (1 - STILL) / (MOVING - CALM)
    sloped = nodes.add("Mul", [change, nodes.constant(np.float32(slope))])
    line = nodes.add("Add", [sloped, nodes.constant(np.float32(STILL - CALM * slope))])
    # What moves takes its neighbours along.
    near = nodes.add("MaxPool", [line], kernel_shape=[3, 3], pads=[1] * 4)
    limits = (nodes.constant(np.float32(limit)) for limit in (STILL, 1))
    shares = nodes.add("Clip", [near, *limits])
    return nodes.add("Resize", [shares, "", "", plane], mode="linear"), bright
