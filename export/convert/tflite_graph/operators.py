# SPDX-License-Identifier: GPL-2.0-or-later
"""TensorFlow Lite operators as ONNX nodes: one function each, and the table of them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import tflite

from ...common.errors import ExportError
from ..padding import same, transposed

if TYPE_CHECKING:
    from collections.abc import Callable

    from .reader import Operator
    from .walk import Walk


def _activated(walk: Walk, value: str, activation: int) -> str:
    kinds = tflite.ActivationFunctionType
    if activation == kinds.NONE:
        return value
    if activation == kinds.RELU:
        return walk.graph.add("Relu", [value])
    if activation == kinds.RELU6:
        bounds = [walk.graph.constant(np.float32(bound)) for bound in (0, 6)]
        return walk.graph.add("Clip", [value, *bounds])
    raise ExportError(
        f"The network uses fused activation number {activation}, which the converter does not cover."
    )


def dequantize(walk: Walk, operator: Operator) -> None:
    """float16 weights are stored as such and widened by an operator: done here, at conversion."""
    array = walk.constant(operator.inputs[0])
    if array is None:
        raise ExportError("The network dequantises values at run time; only float networks are converted.")
    walk.constants[operator.output] = array.astype(np.float32)


def convolution(walk: Walk, operator: Operator) -> None:
    """CONV_2D and DEPTHWISE_CONV_2D."""
    depthwise = operator.name == "DEPTHWISE_CONV_2D"
    options = operator.options(tflite.DepthwiseConv2DOptions if depthwise else tflite.Conv2DOptions)
    source, kernel, *bias = operator.inputs
    weights = walk.weights(kernel)  # [1, h, w, C] if depthwise, else [O, h, w, C]
    _, height, width, channels = walk.network.shape(source)
    kernel_shape = list(weights.shape[1:3])
    strides = [options.StrideH(), options.StrideW()]
    dilations = [options.DilationHFactor(), options.DilationWFactor()]
    pads = [(0, 0), (0, 0)]
    if options.Padding() == tflite.Padding.SAME:
        pads = [same(*axis) for axis in zip((height, width), kernel_shape, strides, dilations)]
    value = walk.graph.add(
        "Conv",
        [
            walk.value(source),
            walk.graph.constant(weights.transpose((3, 0, 1, 2) if depthwise else (0, 3, 1, 2))),
            *(walk.graph.constant(walk.weights(tensor)) for tensor in bias if tensor >= 0),
        ],
        kernel_shape=kernel_shape,
        strides=strides,
        dilations=dilations,
        group=channels if depthwise else 1,
        pads=[pads[0][0], pads[1][0], pads[0][1], pads[1][1]],
    )
    walk.values[operator.output] = _activated(walk, value, options.FusedActivationFunction())


def transposed_convolution(walk: Walk, operator: Operator) -> None:
    """MediaPipe's own operator Convolution2DTransposeBias.

    Its options are the bytes of a C struct: int padding (1 is SAME), int stride_w, int stride_h.
    """
    padding, stride_w, stride_h = struct.unpack("<iii", operator.custom_options()[:12])
    source, kernel, bias = operator.inputs
    weights = walk.weights(kernel)  # [O, h, w, C]
    axes = [
        transposed(size, span, stride, wanted, centred=padding == 1)
        for size, span, stride, wanted in zip(
            walk.network.shape(source)[1:3],
            weights.shape[1:3],
            (stride_h, stride_w),
            walk.network.shape(operator.output)[1:3],
        )
    ]
    walk.values[operator.output] = walk.graph.add(
        "ConvTranspose",
        [
            walk.value(source),
            walk.graph.constant(weights.transpose(3, 0, 1, 2)),
            walk.graph.constant(walk.weights(bias)),
        ],
        kernel_shape=list(weights.shape[1:3]),
        strides=[stride_h, stride_w],
        pads=[axes[0][0], axes[1][0], axes[0][1], axes[1][1]],
        output_padding=[axes[0][2], axes[1][2]],
    )


def arithmetic(walk: Walk, operator: Operator) -> None:
    """ADD and MUL."""
    name, kind = {"ADD": ("Add", tflite.AddOptions), "MUL": ("Mul", tflite.MulOptions)}[operator.name]
    value = walk.graph.add(name, [walk.value(tensor) for tensor in operator.inputs])
    walk.values[operator.output] = _activated(walk, value, operator.options(kind).FusedActivationFunction())


def elementwise(walk: Walk, operator: Operator) -> None:
    """RELU, HARD_SWISH and LOGISTIC."""
    name = {"RELU": "Relu", "HARD_SWISH": "HardSwish", "LOGISTIC": "Sigmoid"}[operator.name]
    walk.values[operator.output] = walk.graph.add(name, [walk.value(operator.inputs[0])])


def global_average(walk: Walk, operator: Operator) -> None:
    """AVERAGE_POOL_2D and MEAN over the whole picture, which is all that these networks use them for."""
    source = operator.inputs[0]
    if operator.name == "MEAN":
        whole = sorted(np.ravel(walk.weights(operator.inputs[1]))) == [1, 2]
    else:
        options = operator.options(tflite.Pool2DOptions)
        whole = [options.FilterHeight(), options.FilterWidth()] == walk.network.shape(source)[1:3]
    if not whole or walk.network.shape(operator.output)[1:3] != [1, 1]:
        raise ExportError(
            f"The network uses {operator.name} over a part of the picture, which is not covered."
        )
    walk.values[operator.output] = walk.graph.add("GlobalAveragePool", [walk.value(source)])


def resize(walk: Walk, operator: Operator) -> None:
    """RESIZE_BILINEAR."""
    options = operator.options(tflite.ResizeBilinearOptions)
    batch, height, width, channels = walk.network.shape(operator.output)
    mode = "asymmetric"
    if options.AlignCorners():
        mode = "align_corners"
    elif options.HalfPixelCenters():
        mode = "half_pixel"
    sizes = walk.graph.integers(batch, channels, height, width)
    walk.values[operator.output] = walk.graph.add(
        "Resize",
        [walk.value(operator.inputs[0]), "", "", sizes],
        mode="linear",
        coordinate_transformation_mode=mode,
    )


OPERATORS: dict[str, Callable[[Walk, Operator], None]] = {
    "DEQUANTIZE": dequantize,
    "CONV_2D": convolution,
    "DEPTHWISE_CONV_2D": convolution,
    "Convolution2DTransposeBias": transposed_convolution,
    "ADD": arithmetic,
    "MUL": arithmetic,
    "RELU": elementwise,
    "HARD_SWISH": elementwise,
    "LOGISTIC": elementwise,
    "AVERAGE_POOL_2D": global_average,
    "MEAN": global_average,
    "RESIZE_BILINEAR": resize,
}
