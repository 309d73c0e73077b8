# SPDX-License-Identifier: GPL-2.0-or-later
"""The better one: Robust Video Matting's encoder, memory and inner decoder, with an edge of our own."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..shelf.locate import locate
from . import robust
from .layers import ConvGRU, Joined, convolution, enlarge
from .mobilenet import CHANNELS, Encoder
from .network import Network, States


class Quality(Network):
    """MobileNetV3-Large to 1/16, a decoder with a ConvGRU at 1/16, 1/8, 1/4 and 1/2.

    Down to 1/4 it is the network of Robust Video Matting (Lin et al., WACV 2022), whose published weights
    (GPL-3.0; rvm-144x256 must be installed) ``pretrained`` starts from. Half of that network's time goes
    into what follows: two convolutions at full size, and wide ones at 1/2. Here 1/2 is the largest size: the
    decoder sees the picture there again, each 2x2 block of it as 12 channels, and answers with the block's
    four pixels.
    """

    any_size = True

    def __init__(self, pretrained: bool = False) -> None:
        super().__init__()
        self.memory = {"16": (64, 16), "8": (40, 8), "4": (20, 4), "2": (16, 2)}
        self.encoder = Encoder()
        self.gate = robust.Gate(CHANNELS[3], 128)
        self.decode_8 = Joined(128 + CHANNELS[2] + 3, 80)
        self.decode_4 = Joined(80 + CHANNELS[1] + 3, 40)
        self.memory_16, self.memory_8, self.memory_4 = ConvGRU(128), ConvGRU(80), ConvGRU(40)
        self.narrow = convolution(40, 16, active=False)
        self.decode_2, self.memory_2 = convolution(16 + CHANNELS[0] + 12, 32, 3), ConvGRU(32, 1)
        self.detail = convolution(32, 16, 3)
        self.logits = nn.Conv2d(16, 4, 3, padding=1)
        self.arrange = nn.PixelShuffle(2)
        # What PixelUnshuffle does, as a convolution: onnxruntime has a fast kernel for that.
        self.register_buffer("blocks", torch.eye(12).reshape(12, 3, 2, 2), persistent=False)
        if pretrained:
            parts = [self.memory_16, self.decode_8, self.memory_8, self.decode_4, self.memory_4]
            robust.load(self.encoder, self.gate, parts, locate("rvm-144x256").read_bytes())

    def started(self) -> list[nn.Module]:
        """See :class:`Network`."""
        return [self.encoder, self.gate, self.decode_8, self.decode_4,
                self.memory_16, self.memory_8, self.memory_4]  # fmt: skip

    def forward(self, picture: Tensor, states: States) -> tuple[Tensor, States]:
        """See :class:`Network`."""
        half, quarter, eighth, sixteenth = self.encoder(picture)
        small_4 = functional.avg_pool2d(picture, 4)
        small_8 = functional.avg_pool2d(small_4, 2)
        x, state_16 = self.memory_16(self.gate(sixteenth), states[0])
        x = torch.relu(self.decode_8(enlarge(x), eighth, small_8))
        x, state_8 = self.memory_8(x, states[1])
        x = torch.relu(self.decode_4(enlarge(x), quarter, small_4))
        x, state_4 = self.memory_4(x, states[2])
        blocks = functional.conv2d(picture, self.blocks, stride=2)
        # Narrowed while still small; enlarging commutes with a 1x1 convolution.
        x = self.decode_2(torch.cat([enlarge(self.narrow(x)), half, blocks], 1))
        x, state_2 = self.memory_2(x, states[3])
        return self.arrange(self.logits(self.detail(x))), (state_16, state_8, state_4, state_2)
