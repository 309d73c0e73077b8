# SPDX-License-Identifier: GPL-2.0-or-later
"""What every architecture looks like to the training loop and to the export."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from typing_extensions import Self

#: The memory: one float tensor [B, C, h, w] for each state.
States: TypeAlias = tuple[Tensor, ...]


class Network(nn.Module):
    """``forward(picture, states) -> (logits, next states)``.

    picture: float [B, 3, H, W] RGB in 0..1; logits: float [B, 1, H, W], whose sigmoid is the alpha;
    states: one float tensor [B, C, h, w] for each entry of ``memory``. A network without a memory takes and
    returns ().
    """

    #: Name of a state -> (channels, how many pixels of the picture one of its own spans).
    memory: dict[str, tuple[int, int]] = {}  # noqa: RUF012  (a constant of each class)
    #: Height and width must be multiples of this.
    multiple = 16
    #: Whether one exported graph serves all sizes: nothing that it computes with depends on them.
    any_size = False

    def __init__(self) -> None:
        super().__init__()
        #: Names of the parts that do not learn (see freeze).
        self.frozen: list[str] = []

    def freeze(self, names: list[str]) -> None:
        """Keep the parts of these names as they are, statistics of their normalisations included.

        Raises AttributeError if there is no such part.
        """
        for name in names:
            self.get_submodule(name).requires_grad_(False)
        self.frozen = list(names)

    def train(self, mode: bool = True) -> Self:
        """Learn (or not), except for what is frozen."""
        super().train(mode)
        for name in self.frozen:
            self.get_submodule(name).eval()
        return self

    def zeros(self, batch: int, height: int, width: int, device: torch.device | None = None) -> States:
        """Return the memory of a network that has seen nothing."""
        return tuple(
            torch.zeros(batch, channels, height // span, width // span, device=device)
            for channels, span in self.memory.values()
        )

    def reads_picture(self) -> nn.Conv2d | None:
        """Return the one convolution that reads the picture (its input is rescaled for free), or None."""
        return None

    def started(self) -> list[nn.Module]:
        """Return the modules that published weights fill when it starts from those."""
        return []

    def start_from(self, first: Network) -> None:
        """Take over the weights of ``first``, one of its own kind.

        Raises RuntimeError if the two have other parts.
        """
        self.load_state_dict(first.state_dict())

    def clip(self, pictures: Tensor, states: States | None = None) -> tuple[Tensor, States]:
        """Return (logits [B, T, 1, H, W], last states) of a clip [B, T, 3, H, W], frame after frame."""
        batch, _, _, height, width = pictures.shape
        states = self.zeros(batch, height, width, pictures.device) if states is None else states
        logits = []
        for picture in pictures.unbind(1):
            answer, states = self(picture, states)
            logits.append(answer)
        return torch.stack(logits, 1), states
