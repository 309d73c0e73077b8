# SPDX-License-Identifier: GPL-2.0-or-later
"""MobileNetV3-Large (Howard et al., ICCV 2019) as Robust Video Matting's encoder: features at 1/2 to 1/16.

Convolutions have biases and no normalisation: in the published weights it is folded into them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

#: (kernel, widened to, channels, squeezed, hard-swish, stride, dilation) of each block, from 1/2 on.
BLOCKS = [
    (3, 16, 16, False, False, 1, 1), (3, 64, 24, False, False, 2, 1), (3, 72, 24, False, False, 1, 1),
    (5, 72, 40, True, False, 2, 1), (5, 120, 40, True, False, 1, 1), (5, 120, 40, True, False, 1, 1),
    (3, 240, 80, False, True, 2, 1), (3, 200, 80, False, True, 1, 1), (3, 184, 80, False, True, 1, 1),
    (3, 184, 80, False, True, 1, 1), (3, 480, 112, True, True, 1, 1), (3, 672, 112, True, True, 1, 1),
    (5, 672, 160, True, True, 1, 2), (5, 960, 160, True, True, 1, 2), (5, 960, 160, True, True, 1, 2),
]  # fmt: skip
#: Blocks after which the features of 1/2, 1/4 and 1/8 are complete; the channels of these and of 1/16.
ENDS, CHANNELS = (1, 3, 6), (16, 24, 40, 960)


class Squeeze(nn.Module):
    """Weights channels by what is seen in the whole picture (Hu et al., CVPR 2018)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        # A quarter, as the nearest multiple of 8 unless that is over a tenth less.
        narrow = (channels // 4 + 4) // 8 * 8
        narrow += 8 if narrow < 0.9 * channels / 4 else 0
        self.narrow, self.widen = nn.Conv2d(channels, narrow, 1), nn.Conv2d(narrow, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> the same shape."""
        whole = functional.relu(self.narrow(functional.adaptive_avg_pool2d(x, 1)))
        return x * functional.hardsigmoid(self.widen(whole))


class Block(nn.Module):
    """Widen, convolve each channel, weight the channels, narrow; added to its input where shapes allow.

    ``inside``: the channels that it takes; ``row``: one of BLOCKS.
    """

    def __init__(self, inside: int, row: tuple[int, int, int, bool, bool, int, int]) -> None:
        super().__init__()
        size, wide, outside, squeeze, hard, stride, spread = row
        self.residual = stride == 1 and inside == outside
        self.active = functional.hardswish if hard else functional.relu
        self.widen = nn.Conv2d(inside, wide, 1) if wide != inside else None
        around = (size - 1) // 2 * spread
        self.each = nn.Conv2d(wide, wide, size, stride, around, spread, groups=wide)
        self.squeeze = Squeeze(wide) if squeeze else None
        self.narrow = nn.Conv2d(wide, outside, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[B, inside, H, W] -> [B, outside, H / stride, W / stride]."""
        y = self.active(self.widen(x)) if self.widen is not None else x
        y = self.active(self.each(y))
        if self.squeeze is not None:
            y = self.squeeze(y)
        y = self.narrow(y)
        return x + y if self.residual else y


class Encoder(nn.Module):
    """All blocks, and one more convolution after them."""

    def __init__(self) -> None:
        super().__init__()
        # Subtracted rather than folded into the stem: what is padded around a picture is its mean, not black.
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1))
        self.stem = nn.Conv2d(3, 16, 3, 2, 1)
        self.blocks, inside = nn.ModuleList(), 16
        for row in BLOCKS:
            self.blocks.append(Block(inside, row))
            inside = row[2]
        self.last = nn.Conv2d(inside, CHANNELS[3], 1)

    def forward(self, picture: Tensor) -> list[Tensor]:
        """[B, 3, H, W] in 0..1 -> features [B, C, h, w] at 1/2, 1/4, 1/8 and 1/16."""
        x, kept = functional.hardswish(self.stem(picture - self.mean)), []
        for number, block in enumerate(self.blocks, 1):
            x = block(x)
            if number in ENDS:
                kept.append(x)
        return [*kept, functional.hardswish(self.last(x))]
