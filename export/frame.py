# SPDX-License-Identifier: GPL-2.0-or-later
"""The nodes between the graph contract and a network: frame to picture, matte to alpha."""

from __future__ import annotations

import numpy as np

from .graph import FLOAT, UINT8, Graph


def picture_from_frame(graph: Graph, height: int, width: int) -> str:
    """Declare the input ``frame`` (uint8 [H, W, 4] BGRA); return RGB in 0..1, float [1, 3, H, W].

    Bytes are transposed before they are cast (a quarter of the memory traffic). Channel order and
    scale are one 1x1 convolution without a bias, so that ``fold`` can merge it into the network's
    first convolution: there they cost nothing.
    """
    frame = graph.input("frame", UINT8, [height, width, 4])
    batch = graph.add("Reshape", [frame, graph.constant(np.array([1, height, width, 4], np.int64))])
    planes = graph.add("Cast", [graph.add("Transpose", [batch], perm=[0, 3, 1, 2])], to=FLOAT)
    weights = np.zeros((3, 4, 1, 1), np.float32)
    weights[[0, 1, 2], [2, 1, 0]] = 1 / 255
    return graph.add("Conv", [planes, graph.constant(weights)], kernel_shape=[1, 1])


def alpha_from_matte(graph: Graph, matte: str, height: int, width: int, bounded: bool) -> None:
    """Declare the output ``alpha`` (uint8 [H, W]): ``matte`` (float [1, 1, H, W] in 0..1) rounded.

    ``bounded`` says that the network itself keeps the matte within 0..1 (a sigmoid does).
    """
    if not bounded:
        matte = graph.add("Clip", [matte, graph.constant(np.float32(0)), graph.constant(np.float32(1))])
    steps = graph.add("Mul", [matte, graph.constant(np.float32(255))])
    # The cast truncates: half a step more makes it round. 255.5 still truncates to 255.
    rounded = graph.add("Add", [steps, graph.constant(np.float32(0.5))])
    alpha = graph.add("Cast", [rounded], to=UINT8)
    flat = graph.add("Reshape", [alpha, graph.constant(np.array([height, width], np.int64))])
    graph.output("alpha", flat, UINT8, [height, width])
