# SPDX-License-Identifier: GPL-2.0-or-later
"""The data of a training: data sets by split, and batches of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from torch.utils.data import DataLoader, DistributedSampler

from ..common.errors import ExportError
from ..data import moving, sequence, stills
from ..data.smaller import Smaller
from ..data.taught import Taught

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lightning_fabric import Fabric
    from torch import Tensor
    from torch.utils.data import Dataset

    from .recipe import Recipe

T = TypeVar("T")

#: One background in 20, and without a validation set of its own one still in 20 of the training set, is held
#: out.
HELD_OUT = 20


class Batch(NamedTuple):
    """Clips: pictures float [B, T, 3, H, W] RGB, alphas and weights float [B, T, 1, H, W], all in 0..1."""

    pictures: Tensor
    alphas: Tensor
    weights: Tensor


def dataset(recipe: Recipe, root: Path, split: str) -> sequence.Stills | sequence.Clips | Taught | Smaller:
    """Return the clips or stills of ``split``: train, val or test."""
    if recipe.val or split == "test":
        found = stills.find(recipe.folders(root, split), recipe.contrast)
    else:
        found = stills.find(recipe.folders(root, "train"), recipe.contrast)
        found = split_off(found, split == "train")
    shape = sequence.Shape(recipe.frames, *recipe.filmed_size)
    if recipe.frames == 1:
        return sequence.Stills(found, shape, split == "train", recipe.seed)
    backgrounds = stills.pictures(recipe.folders(root, "backgrounds"))
    # A single one has to serve for both.
    backgrounds = split_off(backgrounds, split == "train") or backgrounds
    count, offset = (recipe.clips, 0) if split == "train" else (recipe.clips_val, 1 if split == "val" else 2)
    moves = moving.find(recipe.folders(root, "things"), recipe.folders(root, "videos"))
    moves = moves.split(HELD_OUT, split == "train") or moves
    clips: sequence.Clips | Taught = sequence.Clips(
        found, backgrounds, shape, count, recipe.seed + offset, moves, recipe.busy, recipe.held
    )
    # The test uses the labels alone: a teacher must not judge its own alphas.
    if recipe.teacher and split != "test":
        clips = Taught(clips, recipe.teacher, edge_only=recipe.busy > 0)
    return Smaller(clips, recipe.height, recipe.width) if recipe.filmed > 1 else clips


def split_off(found: list[T], learning: bool) -> list[T]:
    """Return the entries to learn from, or with ``learning`` False the entries held out."""
    return [entry for number, entry in enumerate(found) if (number % HELD_OUT > 0) == learning]


def loader(fabric: Fabric, recipe: Recipe, data: Dataset, split: str) -> DataLoader:
    """Return the loader of ``data`` in batches; the training split is shuffled."""
    learning = split == "train"
    sampler = DistributedSampler(
        data, fabric.world_size, fabric.global_rank, shuffle=learning, seed=recipe.seed, drop_last=learning
    )
    made = DataLoader(
        data, recipe.batch, sampler=sampler, num_workers=recipe.workers, drop_last=learning,
        pin_memory=fabric.device.type == "cuda",
    )  # fmt: skip
    return fabric.setup_dataloaders(made, use_distributed_sampler=False)


def batches(loader: DataLoader) -> Iterator[Batch]:
    """Yield the batches of ``loader``; an ExportError of one of its processes comes without a traceback."""
    try:
        for pictures, alphas, weights in loader:
            yield Batch(
                pictures.permute(0, 1, 4, 2, 3).float() / 255, alphas.unsqueeze(2), weights.unsqueeze(2)
            )
    except ExportError as error:
        raise ExportError(str(error).rpartition("ExportError: ")[2].rstrip()) from None
