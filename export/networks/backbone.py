# SPDX-License-Identifier: GPL-2.0-or-later
"""Encoders of the architectures that are compared with ours: ResNet-18 (He et al., CVPR 2016) or Lite0."""

from __future__ import annotations

from torch import Tensor, nn

from ..common.errors import ExportError
from . import lite0
from .layers import convolution


class _Residual(nn.Module):
    def __init__(self, inside: int, outside: int, stride: int, spread: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inside, outside, 3, stride, spread, spread, bias=False),
            nn.BatchNorm2d(outside),
            nn.ReLU(inplace=True),
            nn.Conv2d(outside, outside, 3, 1, spread, spread, bias=False),
            nn.BatchNorm2d(outside),
        )
        same = stride == 1 and inside == outside
        self.skip = nn.Identity() if same else convolution(inside, outside, 1, stride, active=False)
        self.active = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.active(self.body(x) + self.skip(x))


class ResNet(nn.Module):
    """ResNet-18 from scratch; with ``dilated`` the last stage keeps 1/16 and looks twice as far instead."""

    channels = (64, 64, 128, 256, 512)

    def __init__(self, dilated: bool = False) -> None:
        super().__init__()
        self.stem = convolution(3, 64, 7, 2)
        self.pool = nn.MaxPool2d(3, 2, 1)
        stages, inside = [], 64
        for number, outside in enumerate(self.channels[1:]):
            last = dilated and number == 3
            stride, spread = (1 if last or number == 0 else 2), (2 if last else 1)
            stages.append(
                nn.Sequential(
                    _Residual(inside, outside, stride, spread), _Residual(outside, outside, 1, spread)
                )
            )
            inside = outside
        self.stages = nn.ModuleList(stages)

    def forward(self, picture: Tensor) -> list[Tensor]:
        """[B, 3, H, W] -> features at 1/2, 1/4, 1/8, 1/16 and 1/32 (1/16 if dilated)."""
        features = [self.stem(picture)]
        x = self.pool(features[0])
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features


def encoder(name: str, span: int, pretrained: bool = False) -> tuple[nn.Module, tuple[int, ...]]:
    """Return an encoder with one feature map per size down to 1/``span`` (16 or 32), and their channels.

    ``name``: "resnet18" (from scratch; with a span of 16 it has one map more, its last stage being dilated)
    or "lite0", whose published ImageNet weights ``pretrained`` loads. Raises ExportError for another name.
    """
    if name == "resnet18":
        return ResNet(dilated=span == 16), ResNet.channels
    if name == "lite0":
        return lite0.Lite0(span, pretrained), lite0.CHANNELS[: 4 if span == 16 else 5]
    raise ExportError(f"There is no encoder {name!r}; choose resnet18 or lite0.")
