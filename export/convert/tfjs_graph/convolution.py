# SPDX-License-Identifier: GPL-2.0-or-later
"""Convolutions and pooling of TensorFlow graphs, with the padding and dilation written around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ...common.errors import ExportError
from ..padding import same
from .values import Dilated, Padded, SpaceToBatch, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...common.arrays import Numbers
    from .reader import Node
    from .values import Pads, Picture, Result
    from .walk import Walk

#: (the walk, the node, its inputs) -> what it evaluates to.
Translation: TypeAlias = "Callable[..., Result]"

_NO_PADS: Pads = ((0, 0), (0, 0))


def pad(walk: Walk, _node: Node, value: Picture, pads: Numbers) -> Padded:
    """Pad: put off, since most are part of the convolution that follows."""
    batch, rows, columns, channels = _pairs(pads)
    if any(batch) or any(channels):
        raise ExportError("The network pads batches or channels, which the converter does not cover.")
    return Padded(walk.made(value), (rows, columns))


def space_to_batch(walk: Walk, _node: Node, value: Picture, block: Numbers, pads: Numbers) -> SpaceToBatch:
    """SpaceToBatchND: put off until BatchToSpaceND says what is cropped after the convolution."""
    rows, columns = _pairs(pads)
    return SpaceToBatch(walk.made(value), (int(block[0]), int(block[1])), (rows, columns))


def batch_to_space(_walk: Walk, _node: Node, value: Dilated, _block: Numbers, crops: Numbers) -> Value:
    """BatchToSpaceND: the padding less the crops is what the dilated convolution really pads."""
    rows, columns = ((a[0] - b[0], a[1] - b[1]) for a, b in zip(value.pads, _pairs(crops)))
    return value.convolve((rows, columns))


@dataclass(frozen=True)
class _Convolution:
    """A convolution whose padding is not settled yet; ``rest``: the bias, if one is fused."""

    walk: Walk
    node: Node
    value: Value
    kernel: Numbers
    rest: tuple[Numbers, ...]
    strides: tuple[int, int]
    dilation: tuple[int, int]

    def append(self, pads: Pads) -> Value:
        """Append it and what is fused to it to the graph."""
        batch, height, width, channels = self.value.shape
        kernel_shape = list(self.kernel.shape[:2])
        if "Depthwise" in self.node.operator:
            # [h, w, C, multiplier]
            weights = self.kernel.reshape(*kernel_shape, 1, -1).transpose(3, 2, 0, 1)
            groups = channels
        else:
            weights = self.kernel.transpose(3, 2, 0, 1)  # [h, w, I, O]
            groups = 1
        fused = self.node.texts("fused_ops", [])
        operands: list[Value | str] = [self.value, self.walk.graph.constant(weights)]
        if fused and fused[0] == "BiasAdd":
            operands.append(self.walk.graph.constant(np.reshape(self.rest[0], -1)))
            fused = fused[1:]
        axes = zip((height, width), pads, kernel_shape, self.dilation, self.strides)
        sizes = [
            (size + sum(pair) - (span - 1) * apart - 1) // step + 1 for size, pair, span, apart, step in axes
        ]
        result = self.walk.add(
            "Conv", operands, (batch, *sizes, weights.shape[0]),
            kernel_shape=kernel_shape, strides=list(self.strides), dilations=list(self.dilation),
            group=groups, pads=_onnx_pads(pads),
        )  # fmt: skip
        for activation in fused:
            result = _activated(self.walk, result, activation)
        return result


def convolution(
    walk: Walk, node: Node, value: Picture | SpaceToBatch, kernel: Numbers, *rest: Numbers
) -> Value | Dilated:
    """Conv2D and DepthwiseConv2dNative, plain or fused with a bias and an activation."""
    dilation, pads, spread = _middle(node.integers("dilations", [1, 1, 1, 1])), _NO_PADS, False
    if isinstance(value, SpaceToBatch):
        source, dilation, pads, spread = value.value, value.dilation, value.pads, True
    elif isinstance(value, Padded) and node.text("padding") == "VALID":
        source, pads = value.value, value.pads
    else:
        source = walk.made(value)
    strides = _middle(node.integers("strides"))
    if node.text("padding") == "SAME":
        axes = zip(pads, source.shape[1:3], kernel.shape[:2], strides, dilation)
        rows, columns = (_sum(given, same(*axis)) for given, *axis in axes)
        pads = rows, columns
    made = _Convolution(walk, node, source, kernel, rest, strides, dilation)
    return Dilated(made.append, pads) if spread else made.append(pads)


def average_pool(walk: Walk, node: Node, value: Picture) -> Value:
    """AvgPool: padding does not count in the average."""
    source = walk.made(value)
    batch, height, width, channels = source.shape
    spans, steps = _middle(node.integers("ksize")), _middle(node.integers("strides"))
    pads = _NO_PADS
    if node.text("padding") == "SAME":
        rows, columns = (same(*axis) for axis in zip((height, width), spans, steps))
        pads = rows, columns
    sizes = [
        (size + sum(pair) - span) // step + 1
        for size, pair, span, step in zip((height, width), pads, spans, steps)
    ]
    return walk.add(
        "AveragePool", [source], (batch, *sizes, channels),
        kernel_shape=list(spans), strides=list(steps), pads=_onnx_pads(pads), count_include_pad=0,
    )  # fmt: skip


def _activated(walk: Walk, value: Value, activation: str) -> Value:
    if activation == "Relu":
        return walk.add("Relu", [value], value.shape)
    if activation == "Relu6":
        return walk.add("Clip", [value, walk.name(0.0), walk.name(6.0)], value.shape)
    raise ExportError(f"The network fuses {activation} into a convolution, which is not covered.")


def _middle(values: list[int]) -> tuple[int, int]:
    """Return the entries of rows and columns out of [N, H, W, C]."""
    return values[1], values[2]


def _pairs(array: Iterable[Numbers]) -> list[tuple[int, int]]:
    return [(int(pair[0]), int(pair[1])) for pair in array]


def _sum(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    return left[0] + right[0], left[1] + right[1]


def _onnx_pads(pads: Pads) -> list[int]:
    return [pads[0][0], pads[1][0], pads[0][1], pads[1][1]]


CONVOLUTIONS: dict[str, Translation] = {
    "Conv2D": convolution,
    "_FusedConv2D": convolution,
    "DepthwiseConv2dNative": convolution,
    "FusedDepthwiseConv2dNative": convolution,
    "SpaceToBatchND": space_to_batch,
    "BatchToSpaceND": batch_to_space,
}
