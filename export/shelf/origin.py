# SPDX-License-Identifier: GPL-2.0-or-later
"""What a fetched model was made of: an identity of the files and settings that its card names."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import onnx

from ..common.errors import ExportError
from ..graph import contract

if TYPE_CHECKING:
    from pathlib import Path

    from .card import Card

#: Raised whenever the conversion changes, so that models of an older one are made again.
RECIPE = "2"
_KEY = "obs_bgremove.origin"


def origin(card: Card) -> str:
    """Return what identifies a model's making: the recipe, its settings, and the checksums of its files."""
    parts = [
        RECIPE,
        sorted(card.convert.items()),
        card.height,
        card.width,
        sorted(card.fetch["files"].items()),
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def mark(model: onnx.ModelProto, card: Card) -> None:
    """Write into ``model`` that it was made as ``card`` describes, in place."""
    onnx.helper.set_model_props(model, {_KEY: origin(card)})


def made_of(path: Path) -> str:
    """Return the origin that the model at ``path`` carries; empty if there is no usable one."""
    try:
        model = contract.load(path)
    except ExportError:
        return ""
    return next((str(entry.value) for entry in model.metadata_props if entry.key == _KEY), "")
