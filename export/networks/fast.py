# SPDX-License-Identifier: GPL-2.0-or-later
"""The default: a small recurrent network for a laptop's CPU beside an encoder."""

from __future__ import annotations

from torch import Tensor, nn

from .layers import ConvGRU, Gate, InvertedResidual, convolution, enlarge, separable
from .network import Network


class Fast(Network):
    """Encoder of MobileNet blocks to 1/16, decoder to 1/2 with a memory at 1/16, 1/8 and 1/4.

    The last step to full size is learned: four logits per pixel at 1/2 are laid out as 2x2. ``width`` is
    the number of
    channels at 1/2 (a multiple of 16); ``deep`` the number of blocks at 1/16.
    """

    def __init__(self, width: int = 16, deep: int = 3):
        super().__init__()
        quarter, eighth, sixteenth = 2 * width, 2 * width, 4 * width
        self.memory = {"16": (sixteenth // 2, 16), "8": (eighth // 2, 8), "4": (quarter // 2, 4)}
        self.stem = convolution(3, width, 3, 2)
        self.quarter = nn.Sequential(
            convolution(width, quarter, 3, 2), InvertedResidual(quarter, 2 * quarter, quarter)
        )
        self.eighth = nn.Sequential(
            InvertedResidual(quarter, 3 * quarter, eighth, 5, 2),
            InvertedResidual(eighth, 3 * eighth, eighth, 5),
        )
        self.sixteenth = nn.Sequential(
            InvertedResidual(eighth, 4 * eighth, sixteenth, 3, 2),
            *(InvertedResidual(sixteenth, 3 * sixteenth, sixteenth, 5) for _ in range(deep)),
        )
        self.gate = Gate(sixteenth, sixteenth)
        self.memory_16 = ConvGRU(sixteenth)
        self.to_eighth = convolution(sixteenth, eighth, active=False)
        self.decode_eighth = separable(eighth, eighth, 5)
        self.memory_8 = ConvGRU(eighth)
        self.to_quarter = convolution(eighth, quarter, active=False)
        self.decode_quarter = separable(quarter, quarter)
        # Where pixels are many, the memory looks at one pixel only; coarser ones have seen its surroundings.
        self.memory_4 = ConvGRU(quarter, 1)
        self.to_half = convolution(quarter, width, active=False)
        self.decode_half = separable(width, width)
        # 1x1: a kernel of 3x3 would take an eighth of the whole network's time, its 4 outputs being padded
        # to 16.
        self.logits = nn.Conv2d(width, 4, 1)
        self.arrange = nn.PixelShuffle(2)

    def reads_picture(self) -> nn.Conv2d:
        """Return the stem's convolution."""
        return self.stem[0]

    def forward(self, picture: Tensor, states) -> tuple[Tensor, tuple[Tensor, ...]]:
        """See :class:`Network`."""
        half = self.stem(picture)
        quarter = self.quarter(half)
        eighth = self.eighth(quarter)
        x, state_16 = self.memory_16(self.gate(self.sixteenth(eighth)), states[0])
        # Sums rather than concatenations: no copy, and a narrower convolution after them.
        x = self.decode_eighth(enlarge(self.to_eighth(x)) + eighth)
        x, state_8 = self.memory_8(x, states[1])
        x = self.decode_quarter(enlarge(self.to_quarter(x)) + quarter)
        x, state_4 = self.memory_4(x, states[2])
        x = self.decode_half(enlarge(self.to_half(x)) + half)
        return self.arrange(self.logits(x)), (state_16, state_8, state_4)
