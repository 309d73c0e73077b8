# SPDX-License-Identifier: GPL-2.0-or-later
"""Convolutions and pooling of TensorFlow graphs, with the padding and dilation written around them."""

from __future__ import annotations

import numpy as np

from ...common.errors import ExportError
from ..padding import same
from .values import Dilated, Padded, SpaceToBatch, Value

_NO_PADS = ((0, 0), (0, 0))


def _pairs(array) -> tuple[tuple[int, int], tuple[int, int]]:
    return tuple(tuple(int(entry) for entry in pair) for pair in array)


def _sum(left, right):
    return tuple((a[0] + b[0], a[1] + b[1]) for a, b in zip(left, right))


def _onnx_pads(pads) -> list[int]:
    return [pads[0][0], pads[1][0], pads[0][1], pads[1][1]]


def _real(walk, value) -> Value:
    from .operators import made

    return made(walk, value)


def pad(walk, node, value, pads):
    """Pad: put off, since most are part of the convolution that follows."""
    pads = _pairs(pads)
    if any(pads[0]) or any(pads[3]):
        raise ExportError("The network pads batches or channels, which the converter does not cover.")
    return Padded(_real(walk, value), pads[1:3])


def space_to_batch(walk, node, value, block, pads):
    """SpaceToBatchND: put off until BatchToSpaceND says what is cropped after the convolution."""
    return SpaceToBatch(_real(walk, value), tuple(int(step) for step in block), _pairs(pads))


def batch_to_space(walk, node, value, block, crops):
    """BatchToSpaceND: the padding less the crops is what the dilated convolution really pads."""
    real = tuple((a[0] - b[0], a[1] - b[1]) for a, b in zip(value.pads, _pairs(crops)))
    return value.convolve(real)


def convolution(walk, node, value, kernel, *rest):
    """Conv2D and DepthwiseConv2dNative, plain or fused with a bias and an activation."""
    dilation = tuple(node.attribute("dilations", [1, 1, 1, 1])[1:3])
    pads, spread = _NO_PADS, isinstance(value, SpaceToBatch)
    if spread:
        value, dilation, pads = value.value, value.dilation, value.pads
    elif isinstance(value, Padded) and node.attribute("padding") == "VALID":
        value, pads = value.value, value.pads
    value = _real(walk, value)
    strides = node.attribute("strides")[1:3]
    if node.attribute("padding") == "SAME":
        axes = zip(value.shape[1:3], kernel.shape[:2], strides, dilation)
        pads = _sum(pads, tuple(same(*axis) for axis in axes))

    def convolve(pads):
        return _convolve(walk, node, value, kernel, rest, strides, dilation, pads)

    return Dilated(convolve, pads) if spread else convolve(pads)


def _convolve(walk, node, value, kernel, rest, strides, dilation, pads):
    batch, height, width, channels = value.shape
    kernel_shape = list(kernel.shape[:2])
    if "Depthwise" in node.operator:
        weights = kernel.reshape(*kernel_shape, 1, -1).transpose(3, 2, 0, 1)  # [h, w, C, multiplier]
        groups = channels
    else:
        weights = kernel.transpose(3, 2, 0, 1)  # [h, w, I, O]
        groups = 1
    fused = node.attribute("fused_ops", [])
    operands = [value, walk.graph.constant(weights)]
    if fused and fused[0] == "BiasAdd":
        operands.append(walk.graph.constant(np.reshape(rest[0], -1)))
        fused = fused[1:]
    sizes = [
        (size + sum(pair) - (span - 1) * apart - 1) // step + 1
        for size, pair, span, apart, step in zip((height, width), pads, kernel_shape, dilation, strides)
    ]
    result = walk.add(
        "Conv", operands, (batch, *sizes, weights.shape[0]),
        kernel_shape=kernel_shape, strides=list(strides), dilations=list(dilation), group=groups,
        pads=_onnx_pads(pads),
    )  # fmt: skip
    for activation in fused:
        if activation == "Relu":
            result = walk.add("Relu", [result], result.shape)
        elif activation == "Relu6":
            result = walk.add("Clip", [result, walk.name(0.0), walk.name(6.0)], result.shape)
        else:
            raise ExportError(f"The network fuses {activation} into a convolution, which is not covered.")
    return result


def average_pool(walk, node, value):
    """AvgPool: padding does not count in the average."""
    value = _real(walk, value)
    batch, height, width, channels = value.shape
    spans, steps = node.attribute("ksize")[1:3], node.attribute("strides")[1:3]
    pads = _NO_PADS
    if node.attribute("padding") == "SAME":
        pads = tuple(same(*axis) for axis in zip((height, width), spans, steps))
    sizes = [
        (size + sum(pair) - span) // step + 1
        for size, pair, span, step in zip((height, width), pads, spans, steps)
    ]
    return walk.add(
        "AveragePool", [value], (batch, *sizes, channels),
        kernel_shape=list(spans), strides=list(steps), pads=_onnx_pads(pads), count_include_pad=0,
    )  # fmt: skip


CONVOLUTIONS = {
    "Conv2D": convolution,
    "_FusedConv2D": convolution,
    "DepthwiseConv2dNative": convolution,
    "FusedDepthwiseConv2dNative": convolution,
    "SpaceToBatchND": space_to_batch,
    "BatchToSpaceND": batch_to_space,
}
