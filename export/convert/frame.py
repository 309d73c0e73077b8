# SPDX-License-Identifier: GPL-2.0-or-later
"""The nodes around a network: from the frame to its picture, from its matte to the alpha."""

from __future__ import annotations

import numpy as np

from ..graph.nodes import FLOAT, UINT8, Graph

#: BGRA planes in the order R, G, B.
_RGB = [2, 1, 0]


def picture_from_frame(graph: Graph, height: int, width: int, folded: bool) -> str:
    """Declare the input ``frame`` (uint8 [H, W, 4] BGRA); return RGB in 0..1, float [1, 3, H, W].

    ``folded`` says that one convolution alone reads the picture: channel order and scale are then a
    1x1 convolution, which ``fold`` merges into it, and cost nothing. Left by itself that convolution
    would cost five times what picking planes and multiplying do, so otherwise it is these.
    """
    frame = graph.input("frame", UINT8, [height, width, 4])
    # Providers for graphics cards move floats alone, no bytes: the cast comes first.
    values = graph.add("Cast", [frame], to=FLOAT)
    batch = graph.add("Reshape", [values, graph.integers(1, height, width, 4)])
    planes = graph.add("Transpose", [batch], perm=[0, 3, 1, 2])
    if folded:
        weights = np.zeros((3, 4, 1, 1), np.float32)
        weights[[0, 1, 2], _RGB] = 1 / 255
        return graph.add("Conv", [planes, graph.constant(weights)], kernel_shape=[1, 1])
    rgb = graph.add("Gather", [planes, graph.integers(*_RGB)], axis=1)
    return graph.add("Mul", [rgb, graph.constant(np.float32(1 / 255))])


def alpha_from_matte(graph: Graph, matte: str, height: int, width: int) -> None:
    """Declare the output ``alpha`` (uint8 [H, W]): ``matte`` (float [1, 1, H, W]) rounded.

    The network must keep the matte within 0..1 itself, as one that ends in a sigmoid or a clip does.
    """
    # Also here floats are moved, not bytes.
    flat = graph.add("Reshape", [matte, graph.integers(height, width)])
    steps = graph.add("Mul", [flat, graph.constant(np.float32(255))])
    # The cast truncates: half a step more makes it round. 255.5 still truncates to 255.
    rounded = graph.add("Add", [steps, graph.constant(np.float32(0.5))])
    graph.output("alpha", graph.add("Cast", [rounded], to=UINT8), UINT8, [height, width])
