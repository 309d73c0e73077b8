# SPDX-License-Identifier: GPL-2.0-or-later
"""The nodes around a network, and the folding of them into it."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from export.convert import frame
from export.graph.fold import fold_pointwise
from export.graph.nodes import FLOAT, IR_VERSION, OPSET, Graph

RANDOM = np.random.default_rng(7)
FRAME = RANDOM.integers(0, 256, (10, 14, 4), np.uint8)


def run(model, **inputs):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


@pytest.mark.parametrize("folded", [False, True])
def test_picture_is_rgb_in_0_to_1(folded):
    graph = Graph()
    graph.output("picture", frame.picture_from_frame(graph, 10, 14, folded), FLOAT, [1, 3, 10, 14])
    (picture,) = run(graph.model("test"), frame=FRAME)
    np.testing.assert_allclose(picture[0], FRAME[..., 2::-1].transpose(2, 0, 1) / 255, atol=1e-6)


def test_alpha_is_rounded():
    graph, values = Graph(), np.linspace(0, 1, 10 * 14, dtype=np.float32).reshape(1, 1, 10, 14)
    frame.alpha_from_matte(graph, graph.input("matte", FLOAT, [1, 1, 10, 14]), 10, 14)
    (alpha,) = run(graph.model("test"), matte=values)
    assert alpha.dtype == np.uint8
    np.testing.assert_array_equal(alpha, np.floor(values[0, 0] * 255 + 0.5))
    assert (alpha[0, 0], alpha[-1, -1]) == (0, 255)


def _convolved(readers: int):
    graph = Graph()
    picture = frame.picture_from_frame(graph, 10, 14, folded=True)
    weights = RANDOM.normal(size=(5, 3, 3, 3)).astype(np.float32)
    bias = RANDOM.normal(size=5).astype(np.float32)
    operands = [picture, graph.constant(weights), graph.constant(bias)]
    result = graph.add("Conv", operands, kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])
    graph.output("result", result, FLOAT, [1, 5, 5, 7])
    if readers == 2:
        graph.output("picture", graph.add("Relu", [picture]), FLOAT, [1, 3, 10, 14])
    return graph.model("test")


def test_folding_changes_nothing_but_the_cost():
    """The padding is where folding goes wrong: it is uneven here, as a strided SAME is."""
    model = _convolved(readers=1)
    expected = run(model, frame=FRAME)[0]
    folded = fold_pointwise(model)
    assert [node.op_type for node in folded.graph.node].count("Conv") == 1
    np.testing.assert_allclose(run(folded, frame=FRAME)[0], expected, atol=1e-5)


def test_folding_spares_what_others_read():
    assert [node.op_type for node in fold_pointwise(_convolved(readers=2)).graph.node].count("Conv") == 2


def test_graph_drops_what_no_output_needs_and_stores_constants_once():
    graph = Graph()
    source = graph.input("x", FLOAT, [2])
    graph.add("Exp", [source])
    once = graph.add("Add", [source, graph.constant(np.float32([1, 2]))])
    graph.output("y", graph.add("Mul", [once, graph.constant(np.float32([1, 2]))]), FLOAT, [2])
    model = graph.model("test")
    assert [node.op_type for node in model.graph.node] == ["Add", "Mul", "Identity"]
    assert len(model.graph.initializer) == 1
    assert (model.opset_import[0].version, model.ir_version) == (OPSET, IR_VERSION)
