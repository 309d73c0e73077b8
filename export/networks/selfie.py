# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of MediaPipe's selfie segmentation, landscape: a MobileNetV3 (Howard et al., ICCV 2019) to
1/16 and a decoder to 1/2. Convolutions have biases and no normalisation: in the published network it is
folded into them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from ..common.errors import ExportError
from .layers import enlarge, spread

#: A function between two layers, of a tensor of any shape.
Activation: TypeAlias = Callable[[Tensor], Tensor]

#: (widened to, channels out, kernel, stride, squeeze to or 0) of the blocks from 1/2 to 1/16.
BLOCKS = [(16, 16, 3, 2, 8), (72, 24, 3, 2, 0), (88, 24, 3, 1, 0), (96, 32, 5, 2, 24), (128, 32, 5, 1, 32),
          (128, 32, 5, 1, 32), (96, 32, 5, 1, 24), (96, 32, 5, 1, 24)]  # fmt: skip


class Convolution(nn.Conv2d):
    """A convolution that pads as TensorFlow's SAME does on even sizes: with stride 2 only right and below."""

    def __init__(self, inside: int, outside: int, size: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inside, outside, size, stride, size // 2 if stride == 1 else 0, groups=groups)
        # [W before, W after, H before, H after]: constants, which the export folds into the convolution.
        before = (size - stride) // 2
        after = size - stride - before
        self.around = (before, after, before, after)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> [B, outside, H / stride, W / stride]."""
        if self.stride[0] > 1:
            x = functional.pad(x, self.around)
        if self.groups > 1 and x.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
            # Learning one filter for each channel takes a CPU three to ten times as long in bfloat16.
            with torch.autocast("cpu", enabled=False):
                return super().forward(x.float())
        return super().forward(x)


class Squeeze(nn.Module):
    """Weights channels by what is seen in the whole picture (Hu et al., CVPR 2018)."""

    def __init__(self, channels: int, narrow: int) -> None:
        super().__init__()
        self.narrow, self.widen = Convolution(channels, narrow), Convolution(narrow, channels)

    def forward(self, x: Tensor, whole: Tensor) -> Tensor:
        """Return [B, C, H, W] weighted by ``whole``, the mean [B, C, 1, 1] of what is seen."""
        return x * spread(torch.sigmoid(self.widen(torch.relu(self.narrow(whole)))), x)


class Block(nn.Module):
    """Widen, convolve each channel, weight the channels, narrow; added to its input where shapes allow."""

    def __init__(
        self,
        inside: int,
        wide: int,
        outside: int,
        size: int,
        stride: int,
        squeeze: int,
        active: Activation = torch.relu,
    ) -> None:
        super().__init__()
        self.residual = stride == 1 and inside == outside
        self.widen = Convolution(inside, wide)
        self.each = Convolution(wide, wide, size, stride, groups=wide)
        self.squeeze = Squeeze(wide, squeeze) if squeeze else None
        self.narrow = Convolution(wide, outside)
        self.active = active

    def forward(self, x: Tensor) -> Tensor:
        """[B, inside, H, W] -> [B, outside, H / stride, W / stride]."""
        y = self.active(self.each(self.active(self.widen(x))))
        if self.squeeze is not None:
            y = self.squeeze(y, _mean(y))
        y = self.narrow(y)
        return x + y if self.residual else y


class Context(nn.Module):
    """Features gated by the whole picture (LR-ASPP of MobileNetV3)."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.local, self.whole = Convolution(inside, outside), Convolution(inside, outside)

    def forward(self, x: Tensor) -> Tensor:
        """[B, inside, H, W] -> [B, outside, H, W]."""
        # In the order of the published network's convolutions, by which its weights are found.
        y = torch.relu(self.local(x))
        return y * spread(torch.sigmoid(self.whole(_mean(x))), y)


class Rise(nn.Module):
    """One step of the decoder: enlarge, add the encoder's features of that size, weighted, and mix."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.narrow = Convolution(inside, outside)
        self.squeeze = Squeeze(outside, outside)
        self.mix = Convolution(outside, outside)
        self.each = Convolution(outside, outside, 3, groups=outside)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """[B, inside, H / 2, W / 2], [B, outside, H, W] -> [B, outside, H, W]."""
        # Published is: enlarge, narrow to x, weight the skip by the mean of skip + x, mix their sum. A 1x1
        # convolution, and the mean, commute with enlarging, so nearly all of it is done while x is small.
        x = self.narrow(x)
        mixed = functional.conv2d(x, self.mix.weight)
        skip = self.squeeze(skip, _mean(skip) + _mean(x))
        x = torch.relu(self.mix(skip) + enlarge(mixed))
        return x + torch.relu(self.each(x))


class Detail(nn.Module):
    """A look at each pixel's neighbours, added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.each = Convolution(channels, channels, 3, groups=channels)
        self.narrow = Convolution(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> the same shape."""
        return x + self.narrow(torch.relu(self.each(x)))


def _mean(x: Tensor) -> Tensor:
    return functional.adaptive_avg_pool2d(x, 1)


def load(stem: nn.Conv2d, parts: list[nn.Module], logits: nn.Conv2d, content: bytes) -> None:
    """Copy the weights of the converted network ``content`` (an ONNX model) into the modules, in its order.

    ``logits``: the convolution to four values per pixel at 1/2 that stands for the network's transposed one.
    Raises ExportError if the model is another network.
    """
    graph = onnx.load_from_string(content).graph
    constants = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    found = [
        (constants[node.input[1]], constants[node.input[2]])
        for node in graph.node
        if node.op_type in ("Conv", "ConvTranspose")
    ]
    own = [module for part in parts for module in part.modules() if isinstance(module, Convolution)]
    (planes, bias), *others, (last, last_bias) = found
    # BGRA in 0..255 there, RGB in 0..1 here.
    pairs = [(stem, planes[:, 2::-1] * 255, bias)]
    pairs += [(module, *values) for module, values in zip(own, others)]
    # Its 2x2 kernel, one value per pixel of a square: what PixelShuffle lays out.
    pairs.append((logits, last[:, 0].transpose(1, 2, 0).reshape(4, -1, 1, 1), np.repeat(last_bias, 4)))
    fits = all(tuple(module.weight.shape) == values.shape for module, values, _ in pairs)
    if len(own) != len(others) or not fits:
        raise ExportError(
            "mediapipe-landscape is not the network that 'fast' starts from; fetch it again with "
            "'python -m export fetch mediapipe-landscape --again'."
        )
    with torch.no_grad():
        for module, values, shift in pairs:
            module.weight.copy_(torch.tensor(values))
            module.bias.copy_(torch.tensor(shift))
