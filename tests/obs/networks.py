# SPDX-License-Identifier: GPL-2.0-or-later
"""Tiny networks under the graph contract whose right answer is known exactly."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy
from onnx import TensorProto, helper, numpy_helper, save

if TYPE_CHECKING:
    from pathlib import Path

CARD = """title = "{title}"
summary = "For tests: everything with much green in it is foreground."
licence = "GPL-2.0-or-later"
source = "made by the tests"

[input]
height = {height}
width = {width}
"""


def ballast_for(milliseconds: float, folder: Path) -> int:
    """Return the ballast that makes a network take about so long on this machine, on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    seconds = {}
    for ballast in (0, 40):
        file = write_green_is_person(folder / str(ballast), ballast=ballast) / "model.onnx"
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        frame = numpy.zeros(session.get_inputs()[0].shape, numpy.uint8)
        times = []
        for _ in range(20):
            began = time.perf_counter()
            session.run(None, {"frame": frame})
            times.append(time.perf_counter() - began)
            # As in the worker, where the processor does something else between two frames.
            time.sleep(1 / 60)
        seconds[ballast] = statistics.median(times)
    each = (seconds[40] - seconds[0]) / 40
    return max(1, round((milliseconds / 1000 - seconds[0]) / each))


def write_models(folder: Path) -> dict[str, Path]:
    """Write model folders by name: "green", "green-soft", and "green-slow", which takes some 30 ms."""
    return {
        "green": write_green_is_person(folder / "green"),
        "green-soft": write_green_is_person(folder / "green-soft", soft=True),
        "green-slow": write_green_is_person(folder / "green-slow", ballast=30),
    }


def write_green_is_person(
    folder: Path, height: int = 144, width: int = 256, ballast: int = 0, soft: bool = False
) -> Path:
    """Write a model folder: alpha is 255 where a pixel's green is above 127, else 0.

    ``soft`` makes alpha rise from 0 to 255 between a green of 20 and one of 205, as a network
    does that is undecided at an edge.
    ``ballast`` multiplies square matrices of 512 that many times first, to be slow: the
    result is the same.
    """
    nodes, constants = [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(numpy.asarray(array), name))
        return name

    green = constant("green", numpy.array([1], numpy.int64))
    nodes.append(helper.make_node("Gather", ["frame", green], ["one"], axis=2))
    nodes.append(
        helper.make_node("Squeeze", ["one", constant("axis", numpy.array([2], numpy.int64))], ["plane"])
    )
    nodes.append(helper.make_node("Cast", ["plane"], ["value"], to=TensorProto.FLOAT))
    level = constant("level", numpy.array(127.0, numpy.float32))
    if ballast:
        # Depends on the frame, so that no optimiser computes it once; adds nothing.
        nodes.append(helper.make_node("ReduceMean", ["value"], ["mean"], keepdims=0))
        product = "seed"
        matrix = constant("matrix", numpy.eye(512, dtype=numpy.float32))
        nodes.append(helper.make_node("Mul", [matrix, "mean"], [product]))
        for step in range(ballast):
            nodes.append(helper.make_node("MatMul", [product, matrix], [f"product{step}"]))
            product = f"product{step}"
        nodes.append(helper.make_node("ReduceMin", [product], ["least"], keepdims=0))
        nodes.append(helper.make_node("Add", [level, "least"], ["level_again"]))
        level = "level_again"
    if soft:
        low, scale = (constant(name, numpy.float32(x)) for name, x in (("low", 20), ("scale", 255 / 185)))
        ends = [constant(name, numpy.float32(x)) for name, x in (("least_alpha", 0), ("most_alpha", 255))]
        nodes.append(helper.make_node("Sub", ["value", low], ["above"]))
        nodes.append(helper.make_node("Mul", ["above", scale], ["scaled"]))
        nodes.append(helper.make_node("Clip", ["scaled", *ends], ["clipped"]))
        nodes.append(helper.make_node("Cast", ["clipped"], ["alpha"], to=TensorProto.UINT8))
    else:
        # In float32: older onnxruntimes cannot multiply bytes.
        full = constant("full", numpy.float32(255))
        nodes.append(helper.make_node("Greater", ["value", level], ["person"]))
        nodes.append(helper.make_node("Cast", ["person"], ["ones"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", ["ones", full], ["scaled"]))
        nodes.append(helper.make_node("Cast", ["scaled"], ["alpha"], to=TensorProto.UINT8))
    graph = helper.make_graph(
        nodes,
        "green_is_person",
        [helper.make_tensor_value_info("frame", TensorProto.UINT8, [height, width, 4])],
        [helper.make_tensor_value_info("alpha", TensorProto.UINT8, [height, width])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    model.ir_version = 8
    folder.mkdir(parents=True, exist_ok=True)
    save(model, str(folder / "model.onnx"))
    (folder / "card.toml").write_text(CARD.format(title=folder.name, height=height, width=width))
    return folder
