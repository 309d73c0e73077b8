# SPDX-License-Identifier: GPL-2.0-or-later
"""EfficientNet-Lite0 as it was published, its answers to a portrait pooled to one vector."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from obs_bgremove.worker.outfits.portrait import GREY

from ..networks.lite0 import Lite0, published

#: Channels of the network's own last convolution.
_WIDE = 1280


class Descriptor(nn.Module):
    """One vector for each of two looks at a portrait: as it is, and with the room painted grey.

    Of each look: means and maxima over the picture of the last convolution (1280 channels) and of what goes
    into it (320), means of the middle layers (112), and means of the upper half alone, where a collar is.
    """

    def __init__(self) -> None:
        super().__init__()
        weights = published()
        self.backbone = Lite0(32, pretrained=True)
        self.last = nn.Conv2d(320, _WIDE, 1, bias=False)
        self.norm = nn.BatchNorm2d(_WIDE, eps=1e-3)
        with torch.no_grad():
            self.last.weight.copy_(weights["_conv_head.weight"])
            for name in ("weight", "bias", "running_mean", "running_var"):
                getattr(self.norm, name).copy_(weights[f"_bn1.{name}"])
        self.eval()

    def forward(self, frame: Tensor) -> Tensor:
        """Uint8 [H, W, 4] BGRA (A: the person's alpha) -> float [2, D]."""
        return self.looks(frame[None]).reshape(2, -1)

    def looks(self, frames: Tensor) -> Tensor:
        """Uint8 [B, H, W, 4] -> float [B, 2 D]: both looks at each portrait, one after the other."""
        planes = frames.permute(0, 3, 1, 2).float() / 255
        picture, alpha = planes[:, [2, 1, 0]], planes[:, 3:]
        hidden = picture * alpha + (1 - alpha) * (GREY / 255)
        shown, without = self.describe(torch.cat([picture, hidden])).chunk(2)
        return torch.cat([shown, without], 1)

    def describe(self, pictures: Tensor) -> Tensor:
        """Float [B, 3, H, W] RGB in 0..1 -> float [B, D]."""
        *_, middle, deep = self.backbone(pictures)
        wide = functional.relu6(self.norm(self.last(deep)))
        half = (wide.shape[2] + 1) // 2
        return torch.cat(
            [
                # Square roots: few channels are large, and they would drown the others.
                _root(wide.mean((2, 3))),
                wide.amax((2, 3)),
                _root(wide[:, :, :half].mean((2, 3))),
                deep.mean((2, 3)),
                deep.amax((2, 3)),
                middle.mean((2, 3)),
            ],
            1,
        )


def _root(means: Tensor) -> Tensor:
    """Return square roots, whose slope stays finite at 0: the network is trained on."""
    return means.clamp(min=1e-4).sqrt()
