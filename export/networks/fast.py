# SPDX-License-Identifier: GPL-2.0-or-later
"""A small recurrent network for a laptop's CPU beside an encoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..shelf.locate import locate
from .layers import LightMemory, Memory
from .network import Network, States
from .selfie import BLOCKS, Block, Context, Convolution, Detail, Rise, load


class Fast(Network):
    """MediaPipe's selfie segmentation with more depth at 1/16, and a memory at 1/16 and 1/8.

    ``pretrained`` starts from its published weights (Apache-2.0; mediapipe-landscape must be installed).
    What is added begins as the identity, so the first answer is that network's own. ``deep``: blocks
    added at 1/16. With ``light`` False it has the memory of its first trainings: wide kernels, and a third
    memory at 1/4.
    """

    def __init__(self, deep: int = 4, light: bool = True, pretrained: bool = False) -> None:
        super().__init__()
        # Each part is an attribute: the names of the weights in checkpoints come from theirs.
        self.light = light
        self.memory = {"16": (32, 16), "8": (16, 8)} | ({} if light else {"4": (8, 4)})
        self.stem = Convolution(3, 16, 3, 2)
        self.body = nn.ModuleList()
        inside = 16
        for number, (wide, outside, size, stride, squeeze) in enumerate(BLOCKS):
            active = torch.relu if number < 3 else functional.hardswish
            self.body.append(Block(inside, wide, outside, size, stride, squeeze, active))
            inside = outside
        self.deeper = nn.Sequential(*(Block(32, 128, 32, 5, 1, 0) for _ in range(deep)))
        self.context = Context(32, 128)
        self.rise_8, self.rise_4, self.rise_2 = Rise(128, 24), Rise(24, 16), Rise(16, 16)
        if light:
            self.memory_16, self.memory_8 = LightMemory(32, 32), LightMemory(24, 16)
        else:
            self.memory_16, self.memory_8, self.memory_4 = Memory(32, 32), Memory(24, 16), Memory(16, 8, 1)
        self.detail = Detail(16)
        # 1x1: a kernel of 3x3 would take an eighth of the whole network's time.
        self.logits = Convolution(16, 4)
        self.arrange = nn.PixelShuffle(2)
        for added in (*self.deeper, self.detail):
            nn.init.zeros_(added.narrow.weight)
            nn.init.zeros_(added.narrow.bias)
        if pretrained:
            parts = [*self.body, self.context, self.rise_8, self.rise_4, self.rise_2]
            load(self.stem, parts, self.logits, locate("mediapipe-landscape").read_bytes())

    def reads_picture(self) -> nn.Conv2d:
        """Return the stem."""
        return self.stem

    def started(self) -> list[nn.Module]:
        """Return all parts except the memory; published weights fill nearly all of them."""
        return [module for name, module in self.named_children() if not name.startswith("memory_")]

    def start_from(self, first: Network) -> None:
        """See :class:`Network`; a memory of the other kind is not taken over."""
        weights = first.state_dict()
        if first.light != self.light:
            own = {key: value for key, value in self.state_dict().items() if key.startswith("memory_")}
            weights = {key: value for key, value in weights.items() if not key.startswith("memory_")} | own
        self.load_state_dict(weights)

    def forward(self, picture: Tensor, states: States) -> tuple[Tensor, States]:
        """See :class:`Network`."""
        return self._look(picture, states, 1)

    def clip(self, pictures: Tensor, states: States | None = None) -> tuple[Tensor, States]:
        """See :class:`Network`. Only the memory goes frame by frame: the rest sees all of them at once."""
        batch, frames, _, height, width = pictures.shape
        states = self.zeros(batch, height, width, pictures.device) if states is None else states
        logits, states = self._look(pictures.flatten(0, 1), states, frames)
        return logits.unflatten(0, (batch, frames)), states

    def _look(self, pictures: Tensor, states: States, frames: int) -> tuple[Tensor, States]:
        """([B * ``frames``, 3, H, W], the states before) -> (logits, the states after)."""
        half = functional.hardswish(self.stem(pictures))
        quarter = self.body[0](half)
        eighth = self.body[2](self.body[1](quarter))
        x = eighth
        for block in self.body[3:]:
            x = block(x)
        x, state_16 = _remember(self.memory_16, self.deeper(x), states[0], frames)
        x, state_8 = _remember(self.memory_8, self.rise_8(self.context(x), eighth), states[1], frames)
        following = [state_16, state_8]
        x = self.rise_4(x, quarter)
        if not self.light:
            x, state_4 = _remember(self.memory_4, x, states[2], frames)
            following.append(state_4)
        x = self.detail(self.rise_2(x, half))
        return self.arrange(self.logits(x)), tuple(following)


def _remember(memory: Memory | LightMemory, x: Tensor, state: Tensor, frames: int) -> tuple[Tensor, Tensor]:
    """Return what ``memory`` makes of ``x`` [B * ``frames``, C, H, W], frame after frame, and its state."""
    if frames == 1:
        answer: tuple[Tensor, Tensor] = memory(x, state)
        return answer
    answers = []
    for now in x.unflatten(0, (-1, frames)).unbind(1):
        now, state = memory(now, state)
        answers.append(now)
    return torch.stack(answers, 1).flatten(0, 1), state
