# SPDX-License-Identifier: GPL-2.0-or-later
"""A network between what it started from and what it became."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import torch

from ..common.errors import ExportError
from ..common.progress import say
from .checkpoint import load, require_free_start

if TYPE_CHECKING:
    from pathlib import Path


def blend(first: Path, last: Path, into: Path, share: float) -> None:
    """Write to ``into`` the checkpoint that lies ``share`` (0..1) of the way from ``first`` to ``last``.

    Fine-tuning improves one thing and often harms another; a network in the middle may keep both (robust
    fine-tuning, Wortsman et al., CVPR 2022). Only the parts that ``started`` names are blended; the rest is
    taken from ``last``. Raises ExportError if the two do not fit, or if ``last`` is to be shipped and
    ``first`` must not be.
    """
    if not 0 <= share <= 1:
        raise ExportError(f"--share {share} is no share; choose one from 0 (the first) to 1 (the last).")
    (before, recipe_before), (network, recipe) = load(first), load(last)
    require_free_start(recipe, str(last), recipe_before, first)
    started = {id(value) for module in network.started() for value in module.parameters()}
    known = dict(before.named_parameters())
    moved = [(name, value) for name, value in network.named_parameters() if id(value) in started]
    if not moved or any(name not in known or known[name].shape != value.shape for name, value in moved):
        raise ExportError(
            f"{first} has other parts than {last}, or is of another network; take the one it began as."
        )
    with torch.no_grad():
        for name, value in moved:
            value.copy_(torch.lerp(known[name], value, share))
    into.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"network": network.state_dict(), "recipe": dataclasses.asdict(recipe)}, into)
    say(f"{into}: {share:g} of the way from {first} to {last}.")
