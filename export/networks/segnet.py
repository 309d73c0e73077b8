# SPDX-License-Identifier: GPL-2.0-or-later
"""SegNet (Badrinarayanan et al., TPAMI 2017) with another encoder, for comparison."""

from __future__ import annotations

import itertools

from torch import Tensor, nn

from .backbone import encoder
from .layers import convolution, enlarge
from .network import Network, States


class SegNet(Network):
    """A decoder that mirrors the encoder without its features; ResNets pool once and Lite0 never, so no
    indices of pooling are there to be undone and each step enlarges bilinearly."""

    multiple = 32

    def __init__(self, backbone: str = "resnet18", pretrained: bool = False) -> None:
        super().__init__()
        self.backbone, channels = encoder(backbone, 32, pretrained)
        wide = [*channels[::-1], 32]
        self.decode = nn.ModuleList(
            nn.Sequential(convolution(a, b, 3), convolution(b, b, 3)) for a, b in itertools.pairwise(wide)
        )
        self.logits = nn.Conv2d(32, 1, 1)

    def forward(self, picture: Tensor, states: States = ()) -> tuple[Tensor, States]:  # noqa: ARG002 - it has no memory
        """See :class:`Network`."""
        x = self.backbone(picture)[-1]
        for block in self.decode:
            x = block(enlarge(x))
        return self.logits(x), ()
