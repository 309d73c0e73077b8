# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a .tflite network in LiteRT, TensorFlow Lite's own runtime: the reference of the conversion.

Needs the package ai-edge-litert, which nothing else of the project does.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import flatbuffers
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...common.arrays import Bytes


def mattes(content: bytes, frames: Bytes) -> tuple[NDArray[np.float32], str]:
    """Return mattes (float32 [N, H, W]) of ``frames`` (uint8 [N, H, W, 4] BGRA), and the runtime's name."""
    from importlib.metadata import version

    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=_without_custom_operator(content), num_threads=1)
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    answers = []
    for frame in frames:
        interpreter.set_tensor(source, frame[None, :, :, 2::-1].astype(np.float32) / 255)
        interpreter.invoke()
        answers.append(interpreter.get_tensor(result)[0, :, :, 0].copy())
    return np.stack(answers), f"ai-edge-litert {version('ai-edge-litert')}"


def _without_custom_operator(content: bytes) -> bytes:
    """Replace MediaPipe's Convolution2DTransposeBias, which LiteRT lacks, with its TRANSPOSE_CONV.

    They compute the same; the built-in one wants the output's shape as its first input.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        if code.customCode != b"Convolution2DTransposeBias":
            continue
        options = schema.TransposeConvOptionsT()
        padding, options.strideW, options.strideH = struct.unpack("<iii", bytes(operator.customOptions)[:12])
        options.padding = schema.Padding.SAME if padding == 1 else schema.Padding.VALID

        buffer, shape = schema.BufferT(), schema.TensorT()
        buffer.data = np.frombuffer(
            np.array(graph.tensors[operator.outputs[0]].shape, np.int32).tobytes(), np.uint8
        )
        model.buffers.append(buffer)
        shape.shape, shape.type, shape.buffer = [4], schema.TensorType.INT32, len(model.buffers) - 1
        graph.tensors.append(shape)

        code.customCode, code.version = None, 3
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.TRANSPOSE_CONV
        source, weights, bias = operator.inputs
        operator.inputs = [len(graph.tensors) - 1, weights, source, bias]
        operator.customOptions, operator.builtinOptions = None, options
        operator.builtinOptionsType = schema.BuiltinOptions.TransposeConvOptions
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
