# SPDX-License-Identifier: GPL-2.0-or-later
"""The training loop, on Lightning Fabric: the same on one CPU, one GPU, or many under torchrun."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from typing import TYPE_CHECKING, Any

import torch
from lightning_fabric import Fabric, seed_everything
from torch.utils.tensorboard import SummaryWriter

from .. import networks
from ..common.errors import ExportError
from ..common.progress import say
from ..data import rights
from . import history
from .batches import dataset, loader
from .checkpoint import check_resumable, load_first_weights
from .epoch import NOT_A_NUMBER, Trained, learn, measure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..networks.network import Network
    from .recipe import Recipe


def train(recipe: Recipe, root: Path, into: Path) -> dict[str, float]:
    """Train by ``recipe`` on data below ``root``; return the figures on the test split.

    Writes ``into``/{last.pt,best.pt,history.csv,curves.png,result.json,tensorboard/}; a training that was
    cut off continues from last.pt. Raises ExportError if data is missing, or if alphas that are not free
    would teach weights that are to be shipped.
    """
    if recipe.shipped:
        _require_free(recipe, root)
    check_resumable(into, recipe)
    seed_everything(recipe.seed, verbose=False)
    torch.use_deterministic_algorithms(True, warn_only=True)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    fabric = _fabric(recipe)
    into.mkdir(parents=True, exist_ok=True)
    data = {split: dataset(recipe, root, split) for split in ("train", "val", "test")}
    network = _network(recipe, root)
    optimiser = torch.optim.AdamW(_groups(network, recipe), weight_decay=recipe.decay)
    network, optimiser = fabric.setup(network, optimiser)
    network.mark_forward_method("clip")
    loaders = {split: loader(fabric, recipe, entry, split) for split, entry in data.items()}
    steps = len(loaders["train"])
    steps = min(steps, recipe.steps) if recipe.steps else steps
    if not steps:
        raise ExportError("There is less training data than one batch; lower 'batch' in the recipe.")
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, _schedule(recipe, steps))
    trained = Trained(fabric, network, optimiser, schedule)
    state = {"network": network, "optimiser": optimiser, "schedule": schedule, "epoch": 0, "rows": [],
             "best": math.inf, "waited": 0, "recipe": dataclasses.asdict(recipe)}  # fmt: skip
    if (into / "last.pt").is_file():
        fabric.load(into / "last.pt", state)
        say(f"{recipe.name}: continues after epoch {state['epoch']}.")
    board = SummaryWriter(str(into / "tensorboard")) if fabric.is_global_zero else None
    while state["epoch"] < recipe.epochs and state["waited"] < recipe.patience:
        epoch = state["epoch"] + 1
        # Each epoch is seeded by its number, so that one that resumes sees what it would have seen.
        fabric.seed_everything(recipe.seed * 1000 + epoch, verbose=False)
        data["train"].epoch = epoch
        row = {"epoch": epoch, **learn(trained, loaders["train"], steps, epoch, recipe)}
        row |= {
            f"val_{key}": value for key, value in measure(fabric, network, loaders["val"], recipe).items()
        }
        _save(fabric, state, into, better=_note(state, row))
        if board:
            _record(state["rows"], into, board)
    if board:
        board.close()
    fabric.load(into / "best.pt", {"network": network})
    result = {
        f"test_{key}": value for key, value in measure(fabric, network, loaders["test"], recipe).items()
    }
    if fabric.is_global_zero:
        (into / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        say("test: " + "  ".join(f"{key[5:]} {value:.4g}" for key, value in result.items()))
    return result


def _require_free(recipe: Recipe, root: Path) -> None:
    """Raise ExportError if an alpha or a teacher of ``recipe`` is not known to be free."""
    folders = [folder for split in ("train", "val") for folder in recipe.folders(root, split)]
    rights.require_free(folders, recipe.name)
    rights.require_teacher(recipe.teacher, recipe.name)


def _fabric(recipe: Recipe) -> Fabric:
    """Return Fabric, launched on as many processes as torchrun started (else one)."""
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    nodes = int(os.environ.get("GROUP_WORLD_SIZE", "1"))
    fabric = Fabric(
        accelerator="auto",
        devices=max(1, processes // nodes),
        num_nodes=nodes,
        precision=recipe.precision,
    )
    fabric.launch()
    return fabric


def _network(recipe: Recipe, root: Path) -> Network:
    """Return the network to train; raise ExportError if the recipe's size or first weights do not fit."""
    network = networks.build(recipe.network, recipe.options)
    if recipe.height % network.multiple or recipe.width % network.multiple:
        raise ExportError(
            f"{recipe.network} needs a height and width that are multiples of {network.multiple}; "
            "correct the recipe."
        )
    if recipe.init:
        load_first_weights(network, recipe, root)
    try:
        network.freeze(recipe.frozen)
    except AttributeError as error:
        raise ExportError(
            f"{recipe.name} freezes a part that {recipe.network} does not have ({error}); correct 'frozen'."
        ) from None
    # On a CPU a tenth faster, on a GPU what half precision wants.
    last: Network = network.to(memory_format=torch.channels_last)
    return last


def _note(state: dict[str, Any], row: dict[str, float]) -> bool:
    """Add an epoch's figures to ``state``; return whether it is the best so far.

    Raises ExportError if the loss is no longer a number.
    """
    if not math.isfinite(row["val_loss"]):
        raise ExportError(NOT_A_NUMBER)
    better: bool = row["val_loss"] < state["best"]
    state.update(epoch=row["epoch"], rows=[*state["rows"], row], waited=0 if better else state["waited"] + 1)
    state["best"] = min(state["best"], row["val_loss"])
    return better


def _save(fabric: Fabric, state: dict[str, Any], into: Path, better: bool) -> None:
    """Write last.pt, and best.pt if this epoch is ``better``, each at once."""
    # The best one first: cut off between the two, the next start does this epoch again.
    for name in [*(["best.pt"] if better else []), "last.pt"]:
        fabric.save(into / f"{name}.new", state)
        if fabric.is_global_zero:
            (into / f"{name}.new").replace(into / name)
    fabric.barrier()


def _record(rows: list[dict[str, float]], into: Path, board: SummaryWriter) -> None:
    """Write the last epoch to the history, TensorBoard and the terminal."""
    history.write(rows, into)
    for key, value in rows[-1].items():
        board.add_scalar(key, value, rows[-1]["epoch"])
    say("  " + "  ".join(f"{key} {value:.4g}" for key, value in rows[-1].items()))


def _schedule(recipe: Recipe, steps: int) -> Callable[[int], float]:
    """Return the rate by the step: a linear warm-up, then half a cosine down to a hundredth."""
    warm, end = min(recipe.warmup, steps * recipe.epochs // 10), steps * recipe.epochs

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / (warm + 1)
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1, (step - warm) / max(1, end - warm))))

    return factor


def _groups(network: Network, recipe: Recipe) -> list[dict[str, Any]]:
    """Return the optimiser's groups of weights, each with its rate. Weights without a rate are frozen."""
    started = [value for module in network.started() for value in module.parameters()]
    known = set(map(id, started))
    others = [value for value in network.parameters() if id(value) not in known]
    if not recipe.started_rate:
        for value in started:
            value.requires_grad_(False)
        started = []
    rates = [(others, recipe.rate), (started, recipe.rate * recipe.started_rate)]
    learning = [([value for value in values if value.requires_grad], rate) for values, rate in rates]
    return [{"params": values, "lr": rate} for values, rate in learning if values]
