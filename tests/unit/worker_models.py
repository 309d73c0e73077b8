# SPDX-License-Identifier: GPL-2.0-or-later
"""Tiny models under the graph contract, for tests of the worker.

They reckon in float: the oldest onnxruntime that we run on cannot add or multiply bytes.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

HEIGHT, WIDTH = 24, 32


def green(height=HEIGHT, width=WIDTH):
    """alpha = the green channel."""
    return _model(_green_nodes("alpha"), height=height, width=width)


def inverted():
    """alpha = 255 - the green channel."""
    nodes = [
        *_green_nodes("green"),
        _float("green", "value"),
        helper.make_node("Sub", ["white", "value"], ["inverse"]),
        _bytes("inverse", "alpha"),
    ]
    return _model(nodes, {"white": np.float32(255)})


def counter(step=1):
    """alpha = ``step`` times how many pictures were inferred before this one, whatever is on them."""
    nodes = [
        helper.make_node("Add", ["state_count", "one"], ["next_state_count"]),
        *_green_nodes("green"),
        _float("green", "value"),
        helper.make_node("Mul", ["value", "nothing"], ["zero"]),
        helper.make_node("Add", ["zero", "state_count"], ["same"]),
        _bytes("same", "alpha"),
    ]
    constants = {"one": np.full((1, 1), step, np.float32), "nothing": np.float32(0)}
    return _model(nodes, constants, states={"count": [1, 1]})


def looping(rounds_per_value):
    """alpha = green, after rounds_per_value * (green of the first pixel) rounds of busy work."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going_in"], ["going_out"]),
            helper.make_node("MatMul", ["matrix_in", "factor"], ["matrix_out"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("going_in", TensorProto.BOOL, []),
            helper.make_tensor_value_info("matrix_in", TensorProto.FLOAT, [64, 64]),
        ],
        [
            helper.make_tensor_value_info("going_out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("matrix_out", TensorProto.FLOAT, [64, 64]),
        ],
    )
    nodes = [
        *_green_nodes("green"),
        helper.make_node("Slice", ["green", "zeros", "ones"], ["corner"]),
        helper.make_node("Reshape", ["corner", "scalar"], ["value"]),
        helper.make_node("Cast", ["value"], ["wide"], to=TensorProto.INT64),
        helper.make_node("Mul", ["wide", "rounds_per_value"], ["rounds"]),
        helper.make_node("Loop", ["rounds", "going", "factor"], ["worked"], body=body),
        helper.make_node("ReduceMax", ["worked"], ["most"], keepdims=0),
        helper.make_node("Mul", ["most", "nothing"], ["zero"]),
        _float("green", "plane"),
        helper.make_node("Add", ["plane", "zero"], ["sum"]),
        _bytes("sum", "alpha"),
    ]
    constants = {
        "zeros": np.array([0, 0], np.int64),
        "ones": np.array([1, 1], np.int64),
        "scalar": np.array([], np.int64),
        "rounds_per_value": np.array(rounds_per_value, np.int64),
        "going": np.array(True),
        "factor": np.eye(64, dtype=np.float32),
        "nothing": np.float32(0),
    }
    return _model(nodes, constants)


def picky():
    """alpha = green; the inference fails where green is above 9."""
    nodes = [
        *_green_nodes("green"),
        helper.make_node("Cast", ["green"], ["index"], to=TensorProto.INT64),
        helper.make_node("Gather", ["table", "index"], ["alpha"]),
    ]
    return _model(nodes, {"table": np.arange(10, dtype=np.uint8)})


def without_alpha():
    """A violation: the output has another name."""
    return _model(_green_nodes("mask"), output="mask")


def of_floats():
    """A violation: the frame is float."""
    return _model(_green_nodes("alpha"), kind=TensorProto.FLOAT)


def dynamic():
    """A violation: no card knows these sizes."""
    return _model(_green_nodes("alpha"), height="rows", width="columns")


def of_any_size():
    """alpha = green of the frame before, of any size; its state is half as high and wide as the frame."""
    nodes = [
        *_green_nodes("green"),
        _float("green", "value"),
        helper.make_node("Unsqueeze", ["value", "front"], ["plane"]),
        helper.make_node("MaxPool", ["plane"], ["next_state_half"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Resize", ["state_half", "", "twice"], ["large"], mode="nearest"),
        helper.make_node("Squeeze", ["large", "front"], ["flat"]),
        _bytes("flat", "alpha"),
    ]
    constants = {"front": np.array([0, 1], np.int64), "twice": np.array([1, 1, 2, 2], np.float32)}
    half = [1, 1, "height/2", "width/2"]
    return _model(nodes, constants, states={"half": half}, height="height", width="width")


def forgetful():
    """A violation: the state is not handed on."""
    model = counter()
    del model.graph.output[1]
    return model


def _float(name, to):
    return helper.make_node("Cast", [name], [to], to=TensorProto.FLOAT)


def _bytes(name, to):
    return helper.make_node("Cast", [name], [to], to=TensorProto.UINT8)


def _green_nodes(name):
    return [
        helper.make_node(
            "Split", ["frame", "one_each"], [f"{name}_b", f"{name}_g", f"{name}_r", f"{name}_a"], axis=2
        ),
        helper.make_node("Squeeze", [f"{name}_g", "last"], [name]),
    ]


def _model(
    nodes, constants=None, states=None, height=HEIGHT, width=WIDTH, output="alpha", kind=TensorProto.UINT8
):
    value = helper.make_tensor_value_info
    constants = {
        "one_each": np.ones(4, np.int64),
        "last": np.array([2], np.int64),
        **(constants or {}),
    }
    states = states or {}
    graph = helper.make_graph(
        nodes,
        "test",
        [value(f"state_{stem}", TensorProto.FLOAT, shape) for stem, shape in states.items()]
        + [value("frame", kind, [height, width, 4])],
        [value(output, kind, [height, width])]
        + [value(f"next_state_{stem}", TensorProto.FLOAT, shape) for stem, shape in states.items()],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
