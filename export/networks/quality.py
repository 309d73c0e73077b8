# SPDX-License-Identifier: GPL-2.0-or-later
"""The better one: a pretrained backbone, a memory at every size of its decoder,
hair from the picture itself.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .layers import ConvGRU, Gate, convolution, enlarge
from .lite0 import CHANNELS, Lite0
from .network import Network


class Quality(Network):
    """EfficientNet-Lite0 to 1/16, decoder with a ConvGRU at 1/16, 1/8, 1/4 and 1/2.

    At 1/2 the decoder sees the picture again, each 2x2 block of it as 12 channels: the detail of full size
    at a quarter
    of its cost. ``wide`` are the decoder's channels at 1/16, 1/8, 1/4 and 1/2.
    """

    def __init__(self, wide: tuple[int, int, int, int] = (128, 64, 32, 32), pretrained: bool = False):
        super().__init__()
        self.memory = {str(span): (count // 2, span) for count, span in zip(wide, (16, 8, 4, 2))}
        self.backbone = Lite0(16, pretrained)
        self.gate = Gate(CHANNELS[3], wide[0])
        skips = [*CHANNELS[2::-1]]
        skips[2] += 12
        self.narrow = nn.ModuleList(
            convolution(before, after, active=False) for before, after in zip(wide, wide[1:])
        )
        self.decode = nn.ModuleList(
            convolution(after + skip, after, 3) for after, skip in zip(wide[1:], skips)
        )
        self.memories = nn.ModuleList(ConvGRU(count, size) for count, size in zip(wide, (3, 3, 3, 1)))
        self.detail = convolution(wide[3], 16, 3)
        self.logits = nn.Conv2d(16, 4, 3, padding=1)
        self.blocks, self.arrange = nn.PixelUnshuffle(2), nn.PixelShuffle(2)

    def forward(self, picture: Tensor, states) -> tuple[Tensor, tuple[Tensor, ...]]:
        """See :class:`Network`."""
        half, quarter, eighth, sixteenth = self.backbone(picture)
        x, state = self.memories[0](self.gate(sixteenth), states[0])
        kept = [state]
        skips = [eighth, quarter, torch.cat([half, self.blocks(picture)], 1)]
        for number, skip in enumerate(skips):
            # Narrowed while still small; enlarging commutes with a 1x1 convolution.
            x = self.decode[number](torch.cat([enlarge(self.narrow[number](x)), skip], 1))
            x, state = self.memories[number + 1](x, states[number + 1])
            kept.append(state)
        return self.arrange(self.logits(self.detail(x))), tuple(kept)
