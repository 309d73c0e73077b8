# SPDX-License-Identifier: GPL-2.0-or-later
"""The training loop, on Lightning Fabric: the same on one CPU, one GPU, or many under torchrun."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import pickle
from pathlib import Path

import torch
from lightning_fabric import Fabric, seed_everything
from torch.utils.data import DataLoader, DistributedSampler
from torch.utils.tensorboard import SummaryWriter

from .. import networks, weights
from ..card import SHELF
from ..data import moving, rights, sequence, stills
from ..data.taught import Taught
from ..errors import ExportError
from ..progress import Bar, say
from . import history
from .losses import losses
from .recipe import Recipe

#: One in so many backgrounds, and without a validation set of its own one in so many stills of the training
#: set, is held out.
HELD_OUT = 20
_NOT_A_NUMBER = "The loss is no longer a number; lower 'rate' in the recipe and start again."


def train(recipe: Recipe, root: Path, into: Path) -> dict[str, float]:
    """Train by ``recipe`` on data below ``root``; return the figures on the test split.

    Writes ``into``/{last.pt,best.pt,history.csv,curves.png,result.json,tensorboard/}; a training that was
    cut off continues from last.pt. Raises ExportError if data is missing, or if alphas that are not free
    would teach weights that are to be shipped.
    """
    if recipe.shipped:
        rights.require_free(
            [folder for split in ("train", "val") for folder in recipe.folders(root, split)], recipe.name
        )
        rights.require_teacher(recipe.teacher, recipe.name)
    _check_resumable(into, recipe)
    seed_everything(recipe.seed, verbose=False)
    torch.use_deterministic_algorithms(True, warn_only=True)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    processes = int(os.environ.get("WORLD_SIZE", 1))
    nodes = int(os.environ.get("GROUP_WORLD_SIZE", 1))
    fabric = Fabric(
        accelerator="auto",
        devices=max(1, processes // nodes),
        num_nodes=nodes,
        precision=recipe.precision,
    )
    fabric.launch()
    into.mkdir(parents=True, exist_ok=True)
    data = {split: _dataset(recipe, root, split) for split in ("train", "val", "test")}
    network = networks.build(recipe.network, recipe.options)
    if recipe.height % network.multiple or recipe.width % network.multiple:
        raise ExportError(
            f"{recipe.network} needs a height and width that are multiples of {network.multiple}; "
            "correct the recipe."
        )
    if recipe.init:
        _load_first_weights(network, recipe, root)
    # On a CPU a tenth faster, on a GPU what half precision wants.
    network = network.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(_groups(network, recipe), weight_decay=recipe.decay)
    network, optimiser = fabric.setup(network, optimiser)
    network.mark_forward_method("clip")
    loaders = {split: _loader(fabric, recipe, entry, split) for split, entry in data.items()}
    steps = len(loaders["train"])
    steps = min(steps, recipe.steps) if recipe.steps else steps
    if not steps:
        raise ExportError("There is less training data than one batch; lower 'batch' in the recipe.")
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, _schedule(recipe, steps))
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
        row = {"epoch": epoch}
        row |= _learn(fabric, network, optimiser, schedule, loaders["train"], steps, f"epoch {epoch}", recipe)
        figures = _measure(fabric, network, loaders["val"], recipe)
        row |= {f"val_{key}": value for key, value in figures.items()}
        if not math.isfinite(row["val_loss"]):
            raise ExportError(_NOT_A_NUMBER)
        better = row["val_loss"] < state["best"]
        state.update(epoch=epoch, rows=[*state["rows"], row], waited=0 if better else state["waited"] + 1)
        state["best"] = min(state["best"], row["val_loss"])
        # The best one first: cut off between the two, the next start does this epoch again.
        for name in [*(["best.pt"] if better else []), "last.pt"]:
            fabric.save(into / f"{name}.new", state)
            if fabric.is_global_zero:
                os.replace(into / f"{name}.new", into / name)
        fabric.barrier()
        if fabric.is_global_zero:
            history.write(state["rows"], into)
            for key, value in row.items():
                board.add_scalar(key, value, epoch)
            say("  " + "  ".join(f"{key} {value:.4g}" for key, value in row.items()))
    if board:
        board.close()
    fabric.load(into / "best.pt", {"network": network})
    figures = _measure(fabric, network, loaders["test"], recipe)
    result = {f"test_{key}": value for key, value in figures.items()}
    if fabric.is_global_zero:
        (into / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        say("test: " + "  ".join(f"{key[5:]} {value:.4g}" for key, value in result.items()))
    return result


def load(checkpoint: Path) -> tuple[networks.Network, Recipe]:
    """Return the network of a checkpoint and the recipe it was trained by;
    raise ExportError if it is none. A ``weights.safetensors`` (see :mod:`..weights`), or its folder, is one.
    """
    checkpoint = checkpoint / weights.FILE if checkpoint.is_dir() else checkpoint
    try:
        if checkpoint.suffix == ".safetensors":
            state = dict(zip(("network", "recipe"), weights.load(checkpoint)))
        else:
            state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        recipe = Recipe(**state["recipe"])
        # The weights are in the checkpoint: the pretrained ones need not be there.
        options = {key: value for key, value in recipe.options.items() if key != "pretrained"}
        network = networks.build(recipe.network, options)
        network.load_state_dict(state["network"])
    except FileNotFoundError:
        raise ExportError(f"{checkpoint} does not exist; train first, or name another checkpoint.") from None
    except (
        KeyError,
        TypeError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        pickle.UnpicklingError,
    ) as error:
        raise ExportError(f"{checkpoint} is not a checkpoint of this training ({error}).") from None
    return network.eval(), recipe


def require_free_start(recipe: Recipe, what: str, before: Recipe, checkpoint: Path) -> None:
    """Raise ExportError if ``what``, taught by ``recipe``, is to be shipped, and the ``checkpoint`` that it
    starts from, taught by ``before``, must not be.
    """
    if recipe.shipped and not before.shipped:
        raise ExportError(
            f"{what} is to be shipped, but {checkpoint} may have learned from alphas that are not free "
            f"(shipped = false in its recipe {before.name}); start from another checkpoint."
        )


def _load_first_weights(network, recipe, root):
    path = root / recipe.init
    if not path.exists() and (SHELF.parent / recipe.init / weights.FILE).is_file():
        path = SHELF.parent / recipe.init
    first, before = load(path)
    require_free_start(recipe, recipe.name, before, path)
    if before.network != recipe.network:
        raise ExportError(
            f"{recipe.init} is a {before.network}, not a {recipe.network}; "
            "start from a checkpoint of the same network."
        )
    started = [value for module in network.started() for value in module.parameters()]
    published = [value.detach().clone() for value in started]
    try:
        network.start_from(first)
    except RuntimeError:
        raise ExportError(
            f"{recipe.init} has other parts than {recipe.name} asks for in [options]; correct the recipe."
        ) from None
    with torch.no_grad():
        for value, before in zip(started, published):
            value.copy_(torch.lerp(before, value, recipe.blend))


def _groups(network, recipe):
    started = [value for module in network.started() for value in module.parameters()]
    known = set(map(id, started))
    others = [value for value in network.parameters() if id(value) not in known]
    if not recipe.started_rate:
        for value in started:
            value.requires_grad_(False)
        started = []
    rates = [(others, recipe.rate), (started, recipe.rate * recipe.started_rate)]
    return [{"params": values, "lr": rate} for values, rate in rates if values]


def _check_resumable(into, recipe):
    path = into / "last.pt"
    if path.is_file():
        _, before = load(path)
        if dataclasses.replace(before, epochs=recipe.epochs, patience=recipe.patience) != recipe:
            raise ExportError(
                f"{path} was made by another recipe; name another directory with --into, or delete it."
            )


def _dataset(recipe, root, split):
    if recipe.val or split == "test":
        found = stills.find(recipe.folders(root, split), recipe.contrast)
    else:
        found = stills.find(recipe.folders(root, "train"), recipe.contrast)
        found = _split(found, split == "train")
    shape = sequence.Shape(recipe.frames, recipe.height, recipe.width)
    if recipe.frames == 1:
        return sequence.Stills(found, shape, split == "train", recipe.seed)
    backgrounds = stills.pictures(recipe.folders(root, "backgrounds"))
    # A single one has to serve for both.
    backgrounds = _split(backgrounds, split == "train") or backgrounds
    count, offset = (recipe.clips, 0) if split == "train" else (recipe.clips_val, 1 if split == "val" else 2)
    moves = moving.find(recipe.folders(root, "things"), recipe.folders(root, "videos"))
    moves = moves.split(HELD_OUT, split == "train") or moves
    clips = sequence.Clips(found, backgrounds, shape, count, recipe.seed + offset, moves, recipe.busy)
    # The test is against the labels alone: who refines them is not to be asked how well it did.
    return Taught(clips, recipe.teacher) if recipe.teacher and split != "test" else clips


def _split(found, learning):
    """Return those to learn from, or those held out."""
    return [entry for number, entry in enumerate(found) if (number % HELD_OUT > 0) == learning]


def _loader(fabric, recipe, data, split):
    learning = split == "train"
    sampler = DistributedSampler(
        data, fabric.world_size, fabric.global_rank, shuffle=learning, seed=recipe.seed, drop_last=learning
    )
    loader = DataLoader(
        data, recipe.batch, sampler=sampler, num_workers=recipe.workers, drop_last=learning,
        pin_memory=fabric.device.type == "cuda",
    )  # fmt: skip
    return fabric.setup_dataloaders(loader, use_distributed_sampler=False)


def _schedule(recipe, steps):
    """A linear warm-up, then half a cosine down to a hundredth."""
    warm, end = min(recipe.warmup, steps * recipe.epochs // 10), steps * recipe.epochs

    def factor(step):
        if step < warm:
            return (step + 1) / (warm + 1)
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1, (step - warm) / max(1, end - warm))))

    return factor


def _batches(loader):
    """Yield what ``loader`` does; what one of its processes says is wrong comes without its traceback."""
    try:
        yield from loader
    except ExportError as error:
        raise ExportError(str(error).rpartition("ExportError: ")[2].rstrip()) from None


def _batch(batch):
    pictures, alphas, weights = batch
    return pictures.permute(0, 1, 4, 2, 3).float() / 255, alphas.unsqueeze(2), weights.unsqueeze(2)


def _logits(fabric, network, pictures):
    # Of a marked method Fabric sets the precision only where it wraps the network for several processes.
    with fabric.autocast():
        return network.clip(pictures)[0]


def _learn(fabric, network, optimiser, schedule, loader, steps, title, recipe):
    network.train()
    loader.sampler.set_epoch(int(title.split()[1]))
    sums = {}
    with Bar(f"  {title}", steps) as bar:
        for number, batch in enumerate(_batches(loader)):
            if number == steps:
                break
            pictures, alphas, weights = _batch(batch)
            logits = _logits(fabric, network, pictures)
            parts = losses(logits, alphas, weights, recipe.entropy, recipe.edge)
            loss = sum(parts.values())
            optimiser.zero_grad()
            fabric.backward(loss)
            fabric.clip_gradients(network, optimiser, max_norm=1.0, error_if_nonfinite=False)
            optimiser.step()
            schedule.step()
            for key, value in {"loss": loss, **parts}.items():
                sums[key] = sums.get(key, 0) + value.detach()
            if fabric.is_global_zero:
                bar.at(number + 1)
    means = {key: float(fabric.all_reduce(value / steps, reduce_op="mean")) for key, value in sums.items()}
    if not math.isfinite(means["loss"]):
        raise ExportError(_NOT_A_NUMBER)
    return {f"train_{key}" if key == "loss" else f"train_{key}_part": value for key, value in means.items()}


@torch.no_grad()
def _measure(fabric, network, loader, recipe):
    """Return loss, mad and dtssd (0..1), person IoU and accuracy over all pixels that are sure."""
    network.eval()
    # Not on the device: Apple's GPUs know no double precision.
    sums = torch.zeros(9, dtype=torch.float64)
    for batch in _batches(loader):
        pictures, alphas, weights = _batch(batch)
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
