# SPDX-License-Identifier: GPL-2.0-or-later
"""The layer that learns: class shares from a descriptor (multinomial logistic regression)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..common.arrays import Floats, Numbers


class Samples(NamedTuple):
    """What is learned from: descriptors float32 [N, D], classes int64 [N], weights float32 [N]."""

    descriptors: Floats
    classes: Numbers
    weights: Floats


class Head(NamedTuple):
    """``descriptor @ weight.T + bias`` are the logits: float32 [C, D] and [C]."""

    weight: Floats
    bias: Floats

    def shares(self, descriptors: Floats) -> Floats:
        """Return the shares of each class, float [N, C]."""
        logits = descriptors @ self.weight.T + self.bias
        powers = np.exp(logits - logits.max(1, keepdims=True))
        made: Floats = powers / powers.sum(1, keepdims=True)
        return made


def fit(samples: Samples, count: int, decay: float, steps: int = 60) -> Head:
    """Return the head of ``count`` classes that explains ``samples`` best.

    ``decay`` is the weight of the squared coefficients (of standardised descriptors) in the loss. L-BFGS.
    """
    mean, spread = samples.descriptors.mean(0), samples.descriptors.std(0) + 1e-3
    # So that the sum over all of them has a size that does not depend on how many there are.
    spread = spread * np.sqrt(samples.descriptors.shape[1])
    inputs = torch.from_numpy(((samples.descriptors - mean) / spread).astype(np.float32))
    classes, weights = torch.from_numpy(samples.classes), torch.from_numpy(samples.weights)
    layer = torch.nn.Linear(inputs.shape[1], count)
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    optimiser = torch.optim.LBFGS(layer.parameters(), max_iter=steps, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        each = functional.cross_entropy(layer(inputs), classes, reduction="none")
        total: torch.Tensor = (each * weights).sum() / weights.sum() + decay * layer.weight.square().sum()
        total.backward()
        return total

    optimiser.step(loss)
    weight = layer.weight.detach().numpy() / spread
    return Head(weight.astype(np.float32), (layer.bias.detach().numpy() - weight @ mean).astype(np.float32))


def folds(groups: Sequence[str], count: int, seed: int) -> Iterator[Numbers]:
    """Yield, ``count`` times, which samples are held out (bool [N]): no group is on both sides."""
    names = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    fold_of = {names[index]: place % count for place, index in enumerate(order)}
    member = np.array([fold_of[group] for group in groups])
    for number in range(count):
        yield member == number
