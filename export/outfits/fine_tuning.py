# SPDX-License-Identifier: GPL-2.0-or-later
"""Trains the whole network on: the published layers and the head together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch.nn import functional

from ..common.progress import Bar, say
from .scores import CLOTHES

if TYPE_CHECKING:
    from ..common.arrays import Bytes
    from .network import OutfitNetwork


@dataclass(frozen=True)
class Tuning:
    """How the network is trained on.

    - ``passes``: how often each photograph of clothes teaches.
    - ``others``: how many photographs of "other" teach in each pass: others each time, as there are many.
    - ``batch``: photographs in a step.
    - ``rate``, ``head_rate``: the highest step size of AdamW, of the published layers and of the head. They
      rise at first, and fall to 0 along half a cosine.
    """

    passes: int = 2
    others: int = 400
    batch: int = 8
    rate: float = 3e-5
    head_rate: float = 1e-5


class Sample(NamedTuple):
    """A photograph: its portrait (uint8 [H, W, 4]) and weight in each framing; its class."""

    portraits: list[tuple[Bytes, float]]
    number: int


def tune(network: OutfitNetwork, samples: list[Sample], tuning: Tuning, seed: int) -> None:
    """Train all weights of ``network`` on, in place.

    The normalisations keep their means and variances (batches are small); their scales and shifts learn. Each
    step shows a photograph in one of its framings, mirrored or not, in other light (see ``varied``).
    """
    random = np.random.default_rng(seed)
    passes = [_drawn(samples, tuning.others, random) for _ in range(tuning.passes)]
    steps = sum(math.ceil(len(drawn) / tuning.batch) for drawn in passes)
    network.eval().to(memory_format=torch.channels_last)
    groups = [
        {"params": list(network.descriptor.parameters()), "lr": tuning.rate},
        {"params": [network.weight, network.bias], "lr": tuning.head_rate},
    ]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.99), weight_decay=0.01)
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [tuning.rate, tuning.head_rate], steps, pct_start=0.1, cycle_momentum=False
    )
    for number, drawn in enumerate(passes, 1):
        total = 0.0
        with Bar("  photographs", len(drawn)) as bar:
            for first in range(0, len(drawn), tuning.batch):
                batch = drawn[first : first + tuning.batch]
                loss = _loss(network, batch, random)
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
                optimiser.step()
                rates.step()
                total += float(loss.detach()) * len(batch)
                bar.at(first + len(batch))
        say(f"Pass {number} of {tuning.passes} is done; the loss was {total / len(drawn):.4f}.")


def _drawn(samples: list[Sample], others: int, random: np.random.Generator) -> list[Sample]:
    """Return what teaches in one pass; the weights of "other" stand for all that were not drawn."""
    clothes = [sample for sample in samples if sample.number < CLOTHES]
    rest = [sample for sample in samples if sample.number >= CLOTHES]
    taken = [rest[index] for index in random.permutation(len(rest))[:others]]
    factor = len(rest) / max(1, len(taken))
    for sample in taken:
        weighted = [(portrait, weight * factor) for portrait, weight in sample.portraits]
        clothes.append(sample._replace(portraits=weighted))
    return [clothes[index] for index in random.permutation(len(clothes))]


def _loss(network: OutfitNetwork, batch: list[Sample], random: np.random.Generator) -> torch.Tensor:
    shown = [sample.portraits[random.integers(len(sample.portraits))] for sample in batch]
    frames = torch.from_numpy(np.stack([varied(portrait, random) for portrait, _weight in shown]))
    classes = torch.tensor([sample.number for sample in batch])
    weights = torch.tensor([weight for _portrait, weight in shown])
    each = functional.cross_entropy(network.logits(frames), classes, reduction="none")
    return (each * weights).mean()


def varied(portrait: Bytes, random: np.random.Generator) -> Bytes:
    """Return a portrait (uint8 [H, W, 4]) mirrored or not, in other light; its alpha is mirrored only.

    Brightness, contrast and each colour change by up to a fifth.
    """
    if random.random() < 0.5:
        portrait = portrait[:, ::-1]
    colours = portrait[..., :3].astype(np.float32)
    mean = colours.mean()
    gains = random.uniform(0.85, 1.15) * random.uniform(0.95, 1.05, 3)
    colours = (colours - mean) * random.uniform(0.8, 1.2) + mean
    made = np.clip(np.rint(colours * gains), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.dstack([made, portrait[..., 3]]))
