# SPDX-License-Identifier: GPL-2.0-or-later
"""Networks that are ONNX files already: in half precision, unsorted, with more outputs than one."""

from __future__ import annotations

import numpy
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from export.common.errors import ExportError
from export.convert.model import convert
from export.fetch.onnx_mattes import mattes
from export.graph.contract import violations
from export.shelf.card import read_card

HEIGHT, WIDTH = 8, 12
CARD = f"""title = "t"
summary = "s"
licence = "l"
source = "o"

[input]
height = {HEIGHT}
width = {WIDTH}

[fetch]
format = "onnx"
"""


def network(inputs=("input",)):
    """Return an ONNX file that answers sigmoid(4 * red - green), computed in half precision."""
    weights = numpy.array([4, -1, 0], numpy.float16).reshape(1, 3, 1, 1)
    shape = [1, 3, HEIGHT, WIDTH]
    # As the converter that halved the published network left it: the last node is needed first.
    nodes = [
        helper.make_node("Conv", ["half", "weights"], ["sum"], kernel_shape=[1, 1]),
        helper.make_node("Constant", [], ["one"], value=numpy_helper.from_array(numpy.float16(1))),
        helper.make_node("Mul", ["sum", "one"], ["logit"]),
        helper.make_node("Cast", ["logit"], ["single"], to=TensorProto.FLOAT),
        helper.make_node("Sigmoid", ["single"], ["output"]),
        helper.make_node("Relu", ["single"], ["beside"]),
        helper.make_node("Cast", ["input"], ["half"], to=TensorProto.FLOAT16),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in inputs],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, HEIGHT, WIDTH])
            for name in ("output", "beside")
        ],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    return model.SerializeToString()


@pytest.fixture
def card(tmp_path):
    (tmp_path / "card.toml").write_text(CARD)
    return read_card(tmp_path / "card.toml")


def wanted(frame):
    """Return the alpha of a frame, computed by hand: float [H, W], 0 to 255."""
    red, green = ((frame[..., channel].astype(float) - 128) / 256 for channel in (2, 1))
    return 255 / (1 + numpy.exp(green - 4 * red))


def test_parts_become_one_model_under_the_contract(card):
    content = network()
    model = convert(card, {"first": content[:100], "second": content[100:]})
    assert violations(model) == []
    assert [output.name for output in model.graph.output] == ["alpha"]
    assert all(constant.data_type != TensorProto.FLOAT16 for constant in model.graph.initializer)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    frame = numpy.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 4), numpy.uint8)
    (alpha,) = session.run(["alpha"], {"frame": frame})
    assert numpy.abs(alpha - wanted(frame)).max() <= 0.51


def test_what_is_no_such_network_is_an_error(card):
    with pytest.raises(ExportError, match="is no ONNX file"):
        convert(card, {"only": b"words"})
    with pytest.raises(ExportError, match="has 2 inputs"):
        convert(card, {"only": network(("input", "more"))})


def test_the_answers_to_compare_with_are_the_networks_own():
    """A network in single precision: the one in half precision does not run where nodes are unsorted."""
    frames = numpy.random.default_rng(2).integers(0, 256, (2, HEIGHT, WIDTH, 4), numpy.uint8)
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, HEIGHT, WIDTH])
    answer = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, HEIGHT, WIDTH])
    weights = numpy_helper.from_array(numpy.array([4, -1, 0], numpy.float32).reshape(1, 3, 1, 1), "weights")
    nodes = [
        helper.make_node("Conv", ["input", "weights"], ["logit"], kernel_shape=[1, 1]),
        helper.make_node("Sigmoid", ["logit"], ["output"]),
    ]
    graph = helper.make_graph(nodes, "network", [picture], [answer], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    found, _runtime = mattes(model.SerializeToString(), frames)
    assert numpy.abs(found * 255 - [wanted(frame) for frame in frames]).max() < 0.01
