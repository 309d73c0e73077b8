# SPDX-License-Identifier: GPL-2.0-or-later
"""SegResNet (Myronenko, BrainLes 2018) in two dimensions and without its auto-encoder, for comparison."""

from __future__ import annotations

import itertools

from torch import Tensor, nn

from .layers import enlarge
from .network import Network, States


class _Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        layers = []
        for _ in range(2):
            layers += [
                nn.GroupNorm(8, channels),
                nn.ReLU(inplace=True),
                nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            ]
        self.body = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class SegResNet(Network):
    """Pre-activated residual blocks, (1, 2, 2, 4) of them on the way down and one on each step up."""

    def __init__(self, base: int = 32, blocks: tuple[int, ...] = (1, 2, 2, 4)) -> None:
        super().__init__()
        wide = [base * 2**level for level in range(len(blocks))]
        self.enter = nn.Conv2d(3, base, 3, padding=1, bias=False)
        self.down = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1, bias=False) for a, b in itertools.pairwise(wide))
        self.encode = nn.ModuleList(
            nn.Sequential(*(_Block(count) for _ in range(times))) for count, times in zip(wide, blocks)
        )
        self.narrow = nn.ModuleList(nn.Conv2d(b, a, 1, bias=False) for a, b in itertools.pairwise(wide))
        self.decode = nn.ModuleList(_Block(count) for count in wide[:-1])
        self.logits = nn.Sequential(nn.GroupNorm(8, base), nn.ReLU(inplace=True), nn.Conv2d(base, 1, 1))

    def forward(self, picture: Tensor, states: States = ()) -> tuple[Tensor, States]:  # noqa: ARG002 - it has no memory
        """See :class:`Network`."""
        x, skips = self.encode[0](self.enter(picture)), []
        for down, encode in zip(self.down, self.encode[1:]):
            skips.append(x)
            x = encode(down(x))
        for number in reversed(range(len(self.decode))):
            x = self.decode[number](enlarge(self.narrow[number](x)) + skips[number])
        return self.logits(x), ()
