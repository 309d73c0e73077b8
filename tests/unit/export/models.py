# SPDX-License-Identifier: GPL-2.0-or-later
"""Small models and networks for the tests of export/: made here, with answers known by arithmetic."""

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING

import flatbuffers
import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper

from export.fetch import reference
from export.graph import probe
from export.graph.nodes import FLOAT, Graph

if TYPE_CHECKING:
    from pathlib import Path

HEIGHT, WIDTH = 64, 96
PACKED = "package/network.tflite"


def contract_model(
    height: int = HEIGHT, width: int = WIDTH, plane: int = 1, state: bool = False
) -> onnx.ModelProto:
    """A model under the contract whose alpha is one plane of the frame (1 is green).

    With ``state`` the alpha is the plane of the frame before: what was remembered.
    """
    graph = Graph()
    frame = graph.input("frame", TensorProto.UINT8, [height, width, 4])
    picked = graph.add("Gather", [frame, graph.constant(np.array(plane, np.int64))], axis=2)
    if state:
        remembered = graph.input("state_last", FLOAT, [height, width])
        graph.output("next_state_last", graph.add("Cast", [picked], to=FLOAT), FLOAT, [height, width])
        picked = graph.add("Cast", [remembered], to=TensorProto.UINT8)
    graph.output("alpha", picked, TensorProto.UINT8, [height, width])
    return graph.model("test")


def bare_model(inputs: dict, outputs: dict, opset: int = 17, ir_version: int = 8) -> onnx.ModelProto:
    """A model with these inputs and outputs, name -> (type, shape), and no regard for any contract."""
    kinds = [
        [helper.make_tensor_value_info(name, *rest) for name, rest in entries.items()]
        for entries in (inputs, outputs)
    ]
    nodes = [helper.make_node("Identity", [next(iter(inputs))], [name]) for name in outputs]
    graph = helper.make_graph(nodes, "bare", *kinds)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir_version)


def red_network(gain: float = 4.0) -> bytes:
    """A TensorFlow Lite file: a 1x1 convolution of ``gain`` x (red - 0.5), then a sigmoid."""
    builder = flatbuffers.Builder(1024)
    arrays = [np.array([[[[gain, 0, 0]]]], np.float32), np.array([-gain / 2], np.float32)]
    buffers = [_buffer(builder, array.tobytes()) for array in [np.empty(0, np.float32), *arrays]]
    shapes = [[1, HEIGHT, WIDTH, 3], [1, 1, 1, 3], [1], [1, HEIGHT, WIDTH, 1], [1, HEIGHT, WIDTH, 1]]
    tensors = [_tensor(builder, shape, number) for shape, number in zip(shapes, (0, 1, 2, 0, 0))]
    tflite.Conv2DOptionsStart(builder)
    tflite.Conv2DOptionsAddPadding(builder, tflite.Padding.SAME)
    tflite.Conv2DOptionsAddStrideH(builder, 1)
    tflite.Conv2DOptionsAddStrideW(builder, 1)
    options = tflite.Conv2DOptionsEnd(builder)
    operators = [_operator(builder, 0, [0, 1, 2], 3, options), _operator(builder, 1, [3], 4)]
    codes = []
    for number in (tflite.BuiltinOperator.CONV_2D, tflite.BuiltinOperator.LOGISTIC):
        tflite.OperatorCodeStart(builder)
        tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, number)
        tflite.OperatorCodeAddBuiltinCode(builder, number)
        codes.append(tflite.OperatorCodeEnd(builder))
    inputs, outputs = (_integers(builder, [number]) for number in (0, 4))
    tensors, operators = (_vector(builder, entries) for entries in (tensors, operators))
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, tensors)
    tflite.SubGraphAddInputs(builder, inputs)
    tflite.SubGraphAddOutputs(builder, outputs)
    tflite.SubGraphAddOperators(builder, operators)
    graphs = _vector(builder, [tflite.SubGraphEnd(builder)])
    codes, buffers = _vector(builder, codes), _vector(builder, buffers)
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    tflite.ModelAddOperatorCodes(builder, codes)
    tflite.ModelAddSubgraphs(builder, graphs)
    tflite.ModelAddBuffers(builder, buffers)
    builder.Finish(tflite.ModelEnd(builder), b"TFL3")
    return bytes(builder.Output())


def red_mattes(gain: float = 4.0) -> np.ndarray:
    """What ``red_network`` answers to the drawn frames, computed with numpy."""
    red = probe.frames(HEIGHT, WIDTH, reference.FRAMES)[..., 2] / 255
    return 1 / (1 + np.exp(-gain * (red - 0.5)))


def shelf_with(directory: Path, names: list[str], gain: float = 10.0, recorded_gain: float = 10.0) -> Path:
    """Make a shelf whose models all are ``red_network``, with references; return the package they come in."""
    content = red_network(gain)
    for name in names:
        folder = directory / name
        folder.mkdir(parents=True)
        (folder / "card.toml").write_text(
            f"""title = "Test"
summary = "A test."
licence = "CC0-1.0"
source = "made by a test"

[input]
height = {HEIGHT}
width = {WIDTH}

[fetch]
registry = "pypi"
package = "test-network"
version = "1.0"
tags = "py3-none-any"
size = {len(content)}
format = "tflite"

[fetch.files]
"{PACKED}" = "{hashlib.sha256(content).hexdigest()}"
""",
            encoding="utf-8",
        )
        reference.save(folder / "reference.npz", red_mattes(recorded_gain), "numpy")
    archive = directory / "test_network-1.0.whl"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(PACKED, content)
    return archive


def _buffer(builder, content: bytes):
    vector = builder.CreateByteVector(content)
    tflite.BufferStart(builder)
    tflite.BufferAddData(builder, vector)
    return tflite.BufferEnd(builder)


def _tensor(builder, shape, buffer):
    vector = _integers(builder, shape)
    tflite.TensorStart(builder)
    tflite.TensorAddShape(builder, vector)
    tflite.TensorAddType(builder, tflite.TensorType.FLOAT32)
    tflite.TensorAddBuffer(builder, buffer)
    return tflite.TensorEnd(builder)


def _operator(builder, code, inputs, output, options=None):
    inputs, outputs = _integers(builder, inputs), _integers(builder, [output])
    tflite.OperatorStart(builder)
    tflite.OperatorAddOpcodeIndex(builder, code)
    tflite.OperatorAddInputs(builder, inputs)
    tflite.OperatorAddOutputs(builder, outputs)
    if options is not None:
        tflite.OperatorAddBuiltinOptionsType(builder, tflite.BuiltinOptions.Conv2DOptions)
        tflite.OperatorAddBuiltinOptions(builder, options)
    return tflite.OperatorEnd(builder)


def _integers(builder, values):
    return builder.CreateNumpyVector(np.array(values, np.int32))


def _vector(builder, offsets):
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()
