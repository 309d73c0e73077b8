# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole network: a descriptor and the head that has learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from .descriptor import Descriptor
    from .head import Head


class OutfitNetwork(nn.Module):
    """Answers a portrait with the share of each class."""

    def __init__(self, descriptor: Descriptor, head: Head) -> None:
        super().__init__()
        self.descriptor = descriptor
        self.weight = nn.Parameter(torch.tensor(head.weight))
        self.bias = nn.Parameter(torch.tensor(head.bias))
        self.eval()

    def forward(self, frame: Tensor) -> Tensor:
        """Uint8 [H, W, 4] BGRA (A: the person's alpha) -> float [C], together 1."""
        return self.logits(frame[None]).softmax(1).reshape(-1)

    def logits(self, frames: Tensor) -> Tensor:
        """Uint8 [B, H, W, 4] -> float [B, C]."""
        return nn.functional.linear(self.descriptor.looks(frames), self.weight, self.bias)
