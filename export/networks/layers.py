# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers that several architectures share.

Activations are ReLU: onnxruntime fuses it into the convolution before it, while hard-swish costs two
passes more over every feature map. Widths are multiples of 16, the block in which its CPU kernels
hold channels: others fall back to slower ones.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def convolution(
    inside: int, outside: int, size: int = 1, stride: int = 1, groups: int = 1, active: bool = True
) -> nn.Sequential:
    """Return convolution, batch normalisation and (if ``active``) ReLU."""
    layers = [
        nn.Conv2d(inside, outside, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outside),
    ]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if active else []))


class Joined(nn.Conv2d):
    """A 3x3 convolution of several features at once, filled up to a multiple of 4 channels.

    onnxruntime's kernels for blocks of channels take no other number above 16. The weights are those of the
    features alone.
    """

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__(inside, outside, 3, padding=1)

    def forward(self, *parts: Tensor) -> Tensor:
        """Some [B, C, H, W], together of as many channels as it takes -> [B, outside, H, W].

        The last one has three channels at least.
        """
        more = -self.in_channels % 4
        weight = torch.cat([self.weight, torch.zeros_like(self.weight[:, :more])], 1)
        # Any channels do where the weights are zero. Zeros would be a constant, and tie a graph to one size.
        again = parts[-1][:, :more]
        return functional.conv2d(torch.cat([*parts, again], 1), weight, self.bias, padding=1)


class ConvGRU(nn.Module):
    """A convolutional gated recurrent unit on the second half of the channels.

    As in Robust Video Matting (Lin et al., WACV 2022), whose finding it is that half is enough; the
    first half carries what is seen now.
    """

    def __init__(self, channels: int, size: int = 3) -> None:
        super().__init__()
        self.half = channels // 2
        self.reset = nn.Conv2d(channels, self.half, size, padding=size // 2)
        self.update = nn.Conv2d(channels, self.half, size, padding=size // 2)
        self.candidate = nn.Conv2d(channels, self.half, size, padding=size // 2)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """([B, C, H, W], [B, C/2, H, W]) -> (the same shapes)."""
        now, seen = x[:, : self.half], x[:, self.half :]
        state = _next_state(self, seen, state)
        return torch.cat([now, state], 1), state


class Memory(nn.Module):
    """A narrow convolutional gated recurrent unit, added to the features; at first it adds nothing."""

    def __init__(self, channels: int, width: int, size: int = 3) -> None:
        super().__init__()
        self.see = nn.Conv2d(channels, width, 1)
        self.reset = nn.Conv2d(2 * width, width, size, padding=size // 2)
        self.update = nn.Conv2d(2 * width, width, size, padding=size // 2)
        self.candidate = nn.Conv2d(2 * width, width, size, padding=size // 2)
        self.tell = nn.Conv2d(width, channels, 1)
        nn.init.zeros_(self.tell.weight)
        nn.init.zeros_(self.tell.bias)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """([B, C, H, W], [B, width, H, W]) -> (the same shapes)."""
        state = _next_state(self, self.see(x), state)
        return x + self.tell(state), state


class LightMemory(nn.Module):
    """A memory like :class:`Memory` at a quarter of its time; at first it adds nothing.

    A minimal gated unit (Zhou et al., 2016): each channel of the state looks about itself, and 1x1
    convolutions say what the state would be now, and how much of it stays as it was. One gate for both, so
    that it stays within -1 and 1 however long it remembers.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.see = nn.Conv2d(channels, width, 1)
        self.near = nn.Conv2d(width, width, 5, padding=2, groups=width)
        self.keep, self.candidate = (nn.Conv2d(2 * width, width, 1) for _ in range(2))
        self.tell = nn.Conv2d(width, channels, 1)
        nn.init.zeros_(self.tell.weight)
        nn.init.zeros_(self.tell.bias)

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """([B, C, H, W], [B, width, H, W]) -> (the same shapes)."""
        both = torch.cat([self.see(x), self.near(state)], 1)
        candidate = torch.tanh(self.candidate(both))
        state = candidate + torch.sigmoid(self.keep(both)) * (state - candidate)
        return x + self.tell(state), state


def _next_state(unit: ConvGRU | Memory, seen: Tensor, state: Tensor) -> Tensor:
    """Return the state of a gated recurrent unit after ``seen``."""
    both = torch.cat([seen, state], 1)
    if unit.reset.out_channels % 16:
        # Each alone would be filled up to whole blocks of channels.
        weights = torch.cat([unit.reset.weight, unit.update.weight])
        biases = torch.cat([unit.reset.bias, unit.update.bias])
        gates = functional.conv2d(both, weights, biases, padding=unit.reset.padding)
        reset, update = torch.sigmoid(gates).chunk(2, 1)
    else:
        # One convolution would have to be cut apart, which is a copy.
        reset, update = torch.sigmoid(unit.reset(both)), torch.sigmoid(unit.update(both))
    candidate = torch.tanh(unit.candidate(torch.cat([seen, reset * state], 1)))
    return state + update * (candidate - state)


def enlarge(x: Tensor, times: int = 2) -> Tensor:
    """Return [B, C, H, W] bilinearly enlarged by a whole number (static in the exported graph)."""
    return functional.interpolate(x, scale_factor=times, mode="bilinear", align_corners=False)


def spread(weights: Tensor, over: Tensor) -> Tensor:
    """Return [B, C, 1, 1] in the size of ``over`` [B, C, H, W].

    onnxruntime multiplies blocks of channels only by as many: left to its broadcasting, it would take the
    blocks apart and put them together again, which costs more than the multiplication.
    """
    height, width = over.shape[-2:]
    return functional.interpolate(weights, scale_factor=(float(height), float(width)), mode="nearest")
