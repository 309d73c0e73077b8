# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of models in models/README.md, made of the cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..common.markdown import table
from .card import SHELF, Card, shelf_cards

if TYPE_CHECKING:
    from pathlib import Path

#: Column heading -> key of the card's [quality], digits.
_QUALITY = {
    "MAD": ("clips_mad", 2),
    "MSE": ("clips_mse", 2),
    "Grad": ("clips_grad", 2),
    "edge MAD": ("clips_edge_mad", 1),
    "dtSSD": ("clips_dtssd", 2),
    "IoU, clips": ("clips_iou", 3),
    "flicker": ("clips_flicker", 5),
}


def shelf_table(directory: Path = SHELF) -> str:
    """Return the Markdown tables of all models of a shelf: clips, then person IoU on sets of pictures.

    A dash stands where nothing was measured.
    """
    cards = shelf_cards(directory)
    clips = table(["model", "input", "licence", "ms", *_QUALITY], [_row(card) for card in cards])
    keys = {key for card in cards for key in card.quality if key.endswith("_iou")} - {"clips_iou"}
    sets = sorted(key[: -len("_iou")] for key in keys)
    rows = [[f"`{card.name}`", *(_value(card, f"{label}_iou", 3) for label in sets)] for card in cards]
    return f"{clips}\n\n{table(['IoU, pictures', *sets], rows)}"


def _value(card: Card, key: str, digits: int) -> str:
    return f"{card.quality[key]:.{digits}f}" if key in card.quality else "-"


def _row(card: Card) -> list[str]:
    name = f"`{card.name}`{' (default)' if card.default else ''}"
    values = [_value(card, key, digits) for key, digits in _QUALITY.values()]
    milliseconds = f"{card.speed['milliseconds']:.1f}" if "milliseconds" in card.speed else "-"
    return [name, f"{card.width}x{card.height}", card.licence, milliseconds, *values]
