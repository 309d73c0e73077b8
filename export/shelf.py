# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of models in models/README.md, made of the cards."""

from __future__ import annotations

from pathlib import Path

from .card import SHELF, Card, shelf_cards
from .evaluate.report import table

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
    """Return the Markdown table of all models of a shelf; a dash where nothing was measured."""
    cards = shelf_cards(directory)
    headings = ["model", "input", "licence", "ms", *_QUALITY]
    return table(headings, [_row(card) for card in cards])


def _row(card: Card) -> list[str]:
    name = f"`{card.name}`{' (default)' if card.default else ''}"
    values = [
        f"{card.quality[key]:.{digits}f}" if key in card.quality else "-" for key, digits in _QUALITY.values()
    ]
    milliseconds = f"{card.speed['milliseconds']:.1f}" if "milliseconds" in card.speed else "-"
    return [name, f"{card.width}x{card.height}", card.licence, milliseconds, *values]
