# SPDX-License-Identifier: GPL-2.0-or-later
"""A small recurrent network for a laptop's CPU beside an encoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..evaluate.command import locate
from . import robust
from .layers import ConvGRU, Gate, convolution, enlarge
from .mobilenet import CHANNELS, Encoder
from .network import Network


class Fast(Network):
    """Most of MobileNetV3-Large to 1/16, and a decoder as narrow as can be with a ConvGRU at 1/16 and 1/8.

    ``pretrained`` starts the encoder from the weights of Robust Video Matting (Lin et al., WACV 2022;
    GPL-3.0; rvm-144x256 must be installed), without its last three blocks.
    """

    def __init__(self, pretrained: bool = False):
        super().__init__()
        self.memory = {"16": (32, 16), "8": (16, 8)}
        self.encoder = Encoder(12)
        half, quarter, eighth = CHANNELS
        self.gate = Gate(self.encoder.channels[3], 64)
        self.rise_8, self.rise_4, self.rise_2 = (
            Rise(64, eighth, 32),
            Rise(32, quarter, 16),
            Rise(16, half, 16),
        )
        self.memory_16, self.memory_8 = ConvGRU(64), ConvGRU(32)
        # Four pixels of each at 1/2. A kernel of 3x3 would take a tenth of the whole network's time.
        self.logits, self.arrange = nn.Conv2d(16, 4, 1), nn.PixelShuffle(2)
        if pretrained:
            robust.load(self.encoder, None, [], locate("rvm-144x256").read_bytes())

    def started(self) -> list[nn.Module]:
        """See :class:`Network`."""
        return [self.encoder]

    def forward(self, picture: Tensor, states) -> tuple[Tensor, tuple[Tensor, ...]]:
        """See :class:`Network`."""
        half, quarter, eighth, sixteenth = self.encoder(picture)
        x, state_16 = self.memory_16(self.gate(sixteenth), states[0])
        x, state_8 = self.memory_8(self.rise_8(x, eighth), states[1])
        x = self.rise_2(self.rise_4(x, quarter), half)
        return self.arrange(self.logits(x)), (state_16, state_8)


class Rise(nn.Module):
    """One step of the decoder: enlarge, add the encoder's features of that size, look at the neighbours."""

    def __init__(self, inside: int, skip: int, outside: int):
        super().__init__()
        self.narrow = convolution(inside, outside, active=False)
        self.skip = convolution(skip, outside, active=False)
        self.mix = convolution(outside, outside, 3)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """[B, inside, H / 2, W / 2], [B, skip, H, W] -> [B, outside, H, W]."""
        # Narrowed before it is enlarged, which is the same with a quarter of the work; added rather than
        # concatenated, which would be a copy.
        return self.mix(torch.relu(enlarge(self.narrow(x)) + self.skip(skip)))
