# SPDX-License-Identifier: GPL-2.0-or-later
"""U-Net (Ronneberger et al., MICCAI 2015) from scratch, for comparison."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn

from .layers import convolution
from .network import Network, States


def _twice(inside: int, outside: int) -> nn.Sequential:
    return nn.Sequential(convolution(inside, outside, 3), convolution(outside, outside, 3))


class UNet(Network):
    """Five sizes, ``base`` channels at the largest, doubled at each."""

    def __init__(self, base: int = 32) -> None:
        super().__init__()
        wide = [base * 2**level for level in range(5)]
        self.down = nn.ModuleList(_twice(a, b) for a, b in zip([3, *wide], wide))
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, 2) for a, b in itertools.pairwise(wide))
        self.join = nn.ModuleList(_twice(2 * a, a) for a in wide[:-1])
        self.logits = nn.Conv2d(base, 1, 1)

    def forward(self, picture: Tensor, states: States = ()) -> tuple[Tensor, States]:  # noqa: ARG002 - it has no memory
        """See :class:`Network`."""
        x, skips = picture, []
        for number, block in enumerate(self.down):
            x = block(self.pool(x) if number else x)
            skips.append(x)
        for number in reversed(range(len(self.up))):
            x = self.join[number](torch.cat([self.up[number](x), skips[number]], 1))
        return self.logits(x), ()
