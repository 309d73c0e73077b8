# SPDX-License-Identifier: GPL-2.0-or-later
"""The conversion of TensorFlow.js graphs, against the same arithmetic in numpy."""

from __future__ import annotations

import base64
import json

import numpy as np
import onnxruntime
import pytest

from export.common.errors import ExportError
from export.convert.tfjs_graph import convert
from export.convert.tfjs_graph.values import State, Value
from export.graph.nodes import FLOAT, Graph

RANDOM = np.random.default_rng(3)


class Source:
    """Writes a TensorFlow.js graph model."""

    def __init__(self):
        self.nodes, self.weights, self.content = [], [], b""

    def node(self, name, operator, *inputs, **attributes):
        self.nodes.append({"name": name, "op": operator, "input": list(inputs), "attr": attributes})
        return name

    def constant(self, name, value, quantised=False):
        value = np.asarray(value)
        entry = {"name": name, "shape": list(value.shape), "dtype": str(value.dtype)}
        if quantised:
            low, scale = float(value.min()), float(np.ptp(value) / 255)
            entry["quantization"] = {"dtype": "uint8", "scale": scale, "min": low}
            value = np.rint((value - low) / scale).astype(np.uint8)
        self.weights.append(entry)
        self.content += value.tobytes()
        return self.node(name, "Const")

    def convert(self, graph, feeds, **outputs):
        signature = {"outputs": {name: {"name": node} for name, node in outputs.items()}}
        topology = {
            "modelTopology": {"node": self.nodes},
            "signature": signature,
            "weightsManifest": [{"paths": ["w.bin"], "weights": self.weights}],
        }
        return convert(json.dumps(topology).encode(), self.content, graph, feeds, list(outputs))


def integers(*values):
    return {"list": {"i": [str(value) for value in values]}}


def text(value):
    return {"s": base64.b64encode(value.encode()).decode()}


def run(graph, **inputs):
    model = graph.model("test").SerializeToString()
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, inputs)


def answer(source, name, picture, **feeds):
    """Convert with a picture [H, W, C] as ``x`` and return the output ``name`` as [H, W, C]."""
    graph, shape = Graph(), (1, *picture.shape)
    graph.input("x", FLOAT, [1, shape[3], *shape[1:3]])
    (value,) = source.convert(graph, {"x": Value("x", shape), **feeds}, result=name)
    batch, height, width, channels = value.shape
    graph.output("result", value.name, FLOAT, [batch, channels, height, width])
    (result,) = run(graph, x=picture.transpose(2, 0, 1)[None])
    return result[0].transpose(1, 2, 0)


def convolved(picture, kernel, stride=1, dilation=1, pads=((0, 0), (0, 0))):
    """A plain convolution: picture [H, W, C], kernel [h, w, C, O] (depthwise: [h, w, C])."""
    padded = np.pad(picture, (*pads, (0, 0)))
    height = (padded.shape[0] - (kernel.shape[0] - 1) * dilation - 1) // stride + 1
    width = (padded.shape[1] - (kernel.shape[1] - 1) * dilation - 1) // stride + 1
    total = 0
    for row in range(kernel.shape[0]):
        for column in range(kernel.shape[1]):
            part = padded[row * dilation :: stride, column * dilation :: stride][:height, :width]
            total = total + (part @ kernel[row, column] if kernel.ndim == 4 else part * kernel[row, column])
    return total


@pytest.mark.parametrize("size", [(9, 12), (8, 11)])
def test_convolution_with_uneven_same_padding(size):
    source, picture = Source(), RANDOM.normal(size=(*size, 3)).astype(np.float32)
    kernel, bias = RANDOM.normal(size=(3, 3, 3, 4)).astype(np.float32), np.float32([1, -1, 2, 0])
    source.node("x", "Placeholder")
    source.constant("kernel", kernel)
    source.constant("bias", bias)
    source.node(
        "y", "_FusedConv2D", "x", "kernel", "bias",
        strides=integers(1, 2, 2, 1), padding=text("SAME"),
        fused_ops={"list": {"s": [text(name)["s"] for name in ("BiasAdd", "Relu")]}},
    )  # fmt: skip
    # Stride 2, kernel 3: an even size is padded after only, an odd one on both sides.
    pads = tuple((1, 1) if length % 2 else (0, 1) for length in size)
    expected = np.maximum(convolved(picture, kernel, stride=2, pads=pads) + bias, 0)
    np.testing.assert_allclose(answer(source, "y", picture), expected, atol=1e-5)


def test_dilated_depthwise_convolution_is_put_together():
    source, picture = Source(), RANDOM.normal(size=(9, 10, 2)).astype(np.float32)
    kernel = RANDOM.normal(size=(3, 3, 2)).astype(np.float32)
    source.node("x", "Placeholder")
    source.constant("kernel", kernel[..., None])
    source.constant("block", np.int32([2, 2]))
    # 9 rows are padded by 2 before and 3 after to be even; the odd one is cropped again.
    source.constant("pads", np.int32([[2, 3], [2, 2]]))
    source.constant("crops", np.int32([[0, 1], [0, 0]]))
    source.node("batches", "SpaceToBatchND", "x", "block", "pads")
    source.node(
        "c", "DepthwiseConv2dNative", "batches", "kernel", strides=integers(1, 1, 1, 1), padding=text("VALID")
    )
    source.node("y", "BatchToSpaceND", "c", "block", "crops")
    expected = convolved(picture, kernel, dilation=2, pads=((2, 2), (2, 2)))
    np.testing.assert_allclose(answer(source, "y", picture), expected, atol=1e-5)


def test_hard_swish_becomes_one_operator():
    source, picture = Source(), np.linspace(-5, 5, 60, dtype=np.float32).reshape(5, 6, 2)
    source.node("x", "Placeholder")
    source.constant("three", np.float32(3))
    source.constant("sixth", np.float32(1 / 6))
    source.node("moved", "AddV2", "x", "three")
    source.node("gate", "Relu6", "moved")
    source.node("scaled", "Mul", "sixth", "x")
    source.node("y", "Mul", "scaled", "gate")
    expected = picture * np.clip(picture + 3, 0, 6) / 6
    np.testing.assert_allclose(answer(source, "y", picture), expected, atol=1e-5)
    graph = Graph()
    graph.input("x", FLOAT, [1, 2, 5, 6])
    (value,) = source.convert(graph, {"x": Value("x", (1, 5, 6, 2))}, result="y")
    graph.output("result", value.name, FLOAT, [1, 2, 5, 6])
    assert [node.op_type for node in graph.model("test").graph.node] == ["HardSwish", "Identity"]


@pytest.mark.parametrize(("ratio", "factor"), [(1.0, 2), (0.5, 3)])
def test_only_the_branch_that_is_taken_is_converted(ratio, factor):
    source, picture = Source(), RANDOM.normal(size=(4, 4, 1)).astype(np.float32)
    source.node("x", "Placeholder")
    source.node("ratio", "Placeholder")
    source.constant("one", np.float32([1]))
    source.constant("two", np.float32(2))
    source.constant("three", np.float32(3))
    source.node("whole", "Equal", "ratio", "one")
    source.node("branch", "Switch", "x", "whole")
    source.node("if", "Mul", "branch:1", "two")
    source.node("else", "Mul", "branch", "three")
    source.node("y", "Merge", "else", "if")
    result = answer(source, "y", picture, ratio=np.float32([ratio]))
    np.testing.assert_allclose(result, picture * factor, atol=1e-6)


def test_quantised_weights_and_shape_arithmetic():
    """Resize to a size that the graph computes; the weights are 8-bit."""
    source, picture = Source(), np.ones((4, 6, 1), np.float32)
    kernel = np.float32([[[[0.25, -1.0, 0.5]]]])
    source.node("x", "Placeholder")
    source.constant("kernel", kernel, quantised=True)
    source.node("c", "Conv2D", "x", "kernel", strides=integers(1, 1, 1, 1), padding=text("SAME"))
    source.node("shape", "Shape", "c")
    for name, value in (("begin", [1]), ("end", [3]), ("step", [1]), ("two", 2)):
        source.constant(name, np.int32(value))
    source.node("size", "StridedSlice", "shape", "begin", "end", "step")
    source.node("double", "Mul", "size", "two")
    source.node("y", "ResizeBilinear", "c", "double", half_pixel_centers={"b": True})
    result = answer(source, "y", picture)
    assert result.shape == (8, 12, 3)
    np.testing.assert_allclose(result, np.broadcast_to(kernel[0, 0], (8, 12, 3)), atol=1.5 / 255)


def test_a_state_takes_the_shape_it_is_broadcast_to():
    source, graph = Source(), Graph()
    source.node("x", "Placeholder")
    source.node("memory", "Placeholder")
    source.node("shape", "Shape", "x")
    source.node("known", "BroadcastTo", "memory", "shape")
    source.node("y", "AddV2", "x", "known")
    graph.input("x", FLOAT, [1, 2, 3, 4])
    (value,) = source.convert(graph, {"x": Value("x", (1, 3, 4, 2)), "memory": State("state_m")}, result="y")
    graph.output("y", value.name, FLOAT, [1, 2, 3, 4])
    ones = np.ones((1, 2, 3, 4), np.float32)
    np.testing.assert_array_equal(run(graph, x=ones, state_m=ones * 2)[0], ones * 3)


def test_an_operator_that_is_not_covered_is_named():
    source, graph = Source(), Graph()
    source.node("x", "Placeholder")
    source.node("y", "Erf", "x")
    graph.input("x", FLOAT, [1, 1, 2, 2])
    with pytest.raises(ExportError, match="operator Erf"):
        source.convert(graph, {"x": Value("x", (1, 2, 2, 1))}, result="y")
