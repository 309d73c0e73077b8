# SPDX-License-Identifier: GPL-2.0-or-later
"""Checkpoints: read one, start from one, continue one."""

from __future__ import annotations

import dataclasses
import pickle
from typing import TYPE_CHECKING, Any

import torch

from .. import networks
from ..common.errors import ExportError
from ..shelf.card import SHELF
from . import weights
from .recipe import Recipe

if TYPE_CHECKING:
    from pathlib import Path

    from ..networks.network import Network


def load(checkpoint: Path) -> tuple[Network, Recipe]:
    """Return the network of a checkpoint and the recipe that trained it.

    A file of weights (see :mod:`.weights`), or the model's folder that holds one, is a checkpoint too. Raises
    ExportError if the file is missing or is not a checkpoint.
    """
    checkpoint = checkpoint / weights.FILE if checkpoint.is_dir() else checkpoint
    try:
        if checkpoint.suffix == ".safetensors":
            state: dict[str, Any] = dict(zip(("network", "recipe"), weights.load(checkpoint)))
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
    """Raise ExportError if ``what`` is to be shipped but starts from a checkpoint that must not be.

    ``recipe`` trains ``what``; ``before`` is the recipe that trained ``checkpoint``.
    """
    if recipe.shipped and not before.shipped:
        raise ExportError(
            f"{what} is to be shipped, but {checkpoint} may have learned from alphas that are not free "
            f"(shipped = false in its recipe {before.name}); start from another checkpoint."
        )


def load_first_weights(network: Network, recipe: Recipe, root: Path) -> None:
    """Fill ``network`` with the weights of ``recipe.init``, a checkpoint below ``root``, or ``models/NAME``.

    Raises ExportError if the weights do not fit, or if ``recipe`` is to be shipped and they must not be.
    """
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
        for value, origin in zip(started, published):
            value.copy_(torch.lerp(origin, value, recipe.blend))


def check_resumable(into: Path, recipe: Recipe) -> None:
    """Raise ExportError if ``into`` holds a training of another recipe, which cannot be continued."""
    path = into / "last.pt"
    if path.is_file():
        _, before = load(path)
        if dataclasses.replace(before, epochs=recipe.epochs, patience=recipe.patience) != recipe:
            raise ExportError(
                f"{path} was made by another recipe; name another directory with --into, or delete it."
            )
