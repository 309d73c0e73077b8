# SPDX-License-Identifier: GPL-2.0-or-later
"""One epoch: learning from batches, and measuring on them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import torch

from ..common.errors import ExportError
from ..common.progress import Bar
from .batches import batches
from .losses import losses

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lightning_fabric import Fabric
    from torch import Tensor
    from torch.utils.data import DataLoader

    from ..networks.network import Network
    from .recipe import Recipe

NOT_A_NUMBER = "The loss is no longer a number; lower 'rate' in the recipe and start again."


class Trained(NamedTuple):
    """A network, its optimiser and its schedule, on one Fabric."""

    fabric: Fabric
    network: Network
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler


def learn(trained: Trained, loader: DataLoader, steps: int, epoch: int, recipe: Recipe) -> dict[str, float]:
    """Learn from ``steps`` batches; return the means of the loss and its parts.

    Raises ExportError if the loss is no longer a number.
    """
    fabric, network = trained.fabric, trained.network
    network.train()
    loader.sampler.set_epoch(epoch)
    sums: dict[str, Tensor] = {}
    with Bar(f"  epoch {epoch}", steps) as bar:
        for number, batch in enumerate(batches(loader)):
            if number == steps:
                break
            logits = _logits(fabric, network, batch.pictures)
            parts = losses(logits, batch.alphas, batch.weights, recipe.entropy, recipe.edge)
            loss = sum(parts.values())
            trained.optimiser.zero_grad()
            fabric.backward(loss)
            fabric.clip_gradients(network, trained.optimiser, max_norm=1.0, error_if_nonfinite=False)
            trained.optimiser.step()
            trained.schedule.step()
            for key, value in {"loss": loss, **parts}.items():
                sums[key] = sums.get(key, 0) + value.detach()
            if fabric.is_global_zero:
                bar.at(number + 1)
    means = {key: float(fabric.all_reduce(value / steps, reduce_op="mean")) for key, value in sums.items()}
    if not math.isfinite(means["loss"]):
        raise ExportError(NOT_A_NUMBER)
    return {f"train_{key}" if key == "loss" else f"train_{key}_part": value for key, value in means.items()}


def _logits(fabric: Fabric, network: Network, pictures: Tensor) -> Tensor:
    # Of a marked method Fabric sets the precision only where it wraps the network for several processes.
    with fabric.autocast():
        logits: Tensor = network.clip(pictures)[0]
    return logits


@torch.no_grad()
def measure(
    fabric: Fabric, network: Network, loader: Iterable[Sequence[Tensor]], recipe: Recipe
) -> dict[str, float]:
    """Return loss, mad and dtssd (0..1), and IoU and accuracy of the person.

    Pixels with a weight below 1 count less; those with weight 0 do not count.
    """
    network.eval()
    # Not on the device: Apple's GPUs know no double precision.
    sums = torch.zeros(9, dtype=torch.float64)
    for batch in batches(loader):
        pictures, alphas, weights = batch
        logits = _logits(fabric, network, pictures)
        loss = sum(losses(logits, alphas, weights, recipe.entropy, recipe.edge).values())
        guess, sure = torch.sigmoid(logits.float()), weights
        person, said = alphas > 0.5, guess > 0.5
        entries = [
            loss * len(pictures),
            pictures.new_tensor(len(pictures)),
            ((guess - alphas).abs() * sure).sum(),
            sure.sum(),
            ((person & said) * sure).sum(),
            ((person | said) * sure).sum(),
            ((person == said) * sure).sum(),
        ]
        change = (guess[:, 1:] - guess[:, :-1]) - (alphas[:, 1:] - alphas[:, :-1])
        entries += [
            change.square().mean((2, 3, 4)).sqrt().sum(),
            pictures.new_tensor(change[:, :, 0, 0, 0].numel()),
        ]
        sums += torch.stack([entry.float() for entry in entries]).cpu()
    sums = fabric.all_reduce(sums.float().to(fabric.device), reduce_op="sum")
    loss, clips, error, sure, both, either, right, change, changes = sums.tolist()
    return {
        "loss": loss / clips,
        "mad": error / sure,
        "iou": both / max(either, 1),
        "accuracy": right / sure,
        "dtssd": change / changes if changes else 0.0,
    }
