# SPDX-License-Identifier: GPL-2.0-or-later
"""A tiny network that looks at clothes, whose right answer is known exactly."""

from __future__ import annotations

import numpy
import onnx
from onnx import TensorProto, helper

CARD = '[outfit]\nclasses = ["blue", "red", "other"]\nleast = {blue = 0.5, red = 0.6}\n'


def write_network(folder, card=CARD, classes=3):
    """Write a network whose shares are the means of blue, of red, 0, and the rest, where the person is."""
    folder.mkdir(parents=True)
    nodes = [
        helper.make_node("Cast", ["frame"], ["all"], to=TensorProto.FLOAT),
        helper.make_node("Slice", ["all", "three", "four", "last"], ["alpha"]),
        helper.make_node("ReduceSum", ["alpha", "plane"], ["weight"], keepdims=0),
        helper.make_node("Mul", ["all", "alpha"], ["person"]),
        helper.make_node("ReduceSum", ["person", "plane"], ["sums"], keepdims=0),
        helper.make_node("Div", ["sums", "weight"], ["means"]),
        helper.make_node("Gather", ["means", "blue_red"], ["two"]),
        helper.make_node("Div", ["two", "white"], ["shares_2"]),
        helper.make_node("ReduceSum", ["shares_2", "zero"], ["together"], keepdims=1),
        helper.make_node("Sub", ["one", "together"], ["rest"]),
        helper.make_node("Concat", ["shares_2", *["nothing"] * (classes - 3), "rest"], ["shares"], axis=0),
    ]
    integers = {"three": [3], "four": [4], "last": [2], "plane": [0, 1], "blue_red": [0, 2], "zero": [0]}
    constants = [helper.make_tensor(name, TensorProto.INT64, [len(v)], v) for name, v in integers.items()]
    constants += [
        helper.make_tensor(name, TensorProto.FLOAT, [1], [v])
        for name, v in (("white", 255.0), ("one", 1.0), ("nothing", 0.0))
    ]
    graph = helper.make_graph(
        nodes,
        "outfit",
        [helper.make_tensor_value_info("frame", TensorProto.UINT8, [32, 32, 4])],
        [helper.make_tensor_value_info("shares", TensorProto.FLOAT, [classes])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "card.toml").write_text(card, encoding="utf-8")
    return folder


def scene(*people, height=120, width=160):
    """Return frame and alpha of a green room with people: (left, top, right, bottom, BGR)."""
    frame = numpy.zeros((height, width, 4), numpy.uint8)
    frame[..., 1] = 200
    alpha = numpy.zeros((height, width), numpy.uint8)
    for left, top, right, bottom, color in people:
        frame[top:bottom, left:right, :3] = color
        alpha[top:bottom, left:right] = 255
    return frame, alpha
