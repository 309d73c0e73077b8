# SPDX-License-Identifier: GPL-2.0-or-later
"""DeepLabV3 (Chen et al., 2017) and DeepLabV3+ (Chen et al., ECCV 2018), for comparison."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .backbone import encoder
from .layers import convolution, enlarge
from .network import Network, States


class _Pyramid(nn.Module):
    """Atrous spatial pyramid pooling at an output stride of 16: rates 6, 12 and 18, and the whole picture."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList([convolution(inside, outside)])
        for rate in (6, 12, 18):
            branch = convolution(inside, outside, 3)
            branch[0].padding = branch[0].dilation = (rate, rate)
            self.branches.append(branch)
        # No normalisation: a batch of one picture has one value per channel here.
        self.whole = nn.Sequential(nn.Conv2d(inside, outside, 1), nn.ReLU(inplace=True))
        self.join = nn.Sequential(convolution(5 * outside, outside), nn.Dropout(0.1))

    def forward(self, x: Tensor) -> Tensor:
        whole = self.whole(x.mean((2, 3), keepdim=True)).expand(-1, -1, x.shape[2], x.shape[3])
        return self.join(torch.cat([*(branch(x) for branch in self.branches), whole], 1))


class DeepLabV3(Network):
    """Logits at 1/16, enlarged bilinearly."""

    def __init__(self, wide: int = 128, backbone: str = "resnet18", pretrained: bool = False) -> None:
        super().__init__()
        self.backbone, channels = encoder(backbone, 16, pretrained)
        self.pyramid = _Pyramid(channels[-1], wide)
        self.logits = nn.Sequential(convolution(wide, wide, 3), nn.Conv2d(wide, 1, 1))

    def forward(self, picture: Tensor, states: States = ()) -> tuple[Tensor, States]:  # noqa: ARG002 - it has no memory
        """See :class:`Network`."""
        return enlarge(self.logits(self.pyramid(self.backbone(picture)[-1])), 16), ()


class DeepLabV3Plus(Network):
    """The same with a decoder at 1/4 that sees the features of that size again."""

    def __init__(self, wide: int = 128, backbone: str = "resnet18", pretrained: bool = False) -> None:
        super().__init__()
        self.backbone, channels = encoder(backbone, 16, pretrained)
        self.pyramid = _Pyramid(channels[-1], wide)
        self.narrow = convolution(channels[1], 48)
        self.decode = nn.Sequential(convolution(wide + 48, wide, 3), convolution(wide, wide, 3))
        self.logits = nn.Conv2d(wide, 1, 1)

    def forward(self, picture: Tensor, states: States = ()) -> tuple[Tensor, States]:  # noqa: ARG002 - it has no memory
        """See :class:`Network`."""
        features = self.backbone(picture)
        joined = torch.cat([enlarge(self.pyramid(features[-1]), 4), self.narrow(features[1])], 1)
        return enlarge(self.logits(self.decode(joined)), 4), ()
