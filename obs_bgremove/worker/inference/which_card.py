# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of several graphics cards a provider runs on: the one that OBS draws with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...link.variables import CARD

if TYPE_CHECKING:
    import onnxruntime

#: By the number of a maker on the PCI bus, what the names of its cards have in them.
_MAKERS = {
    0x10DE: ("NVIDIA", "GeForce"),
    0x1002: ("AMD", "Radeon"),
    0x8086: ("Intel",),
    0x5143: ("Qualcomm", "Adreno"),
}
#: What onnxruntime says of a card: its name (Windows), and whether it has memory of its own.
_NAME, _DISCRETE = "Description", "Discrete"


def of_obs(cards: list[onnxruntime.OrtEpDevice]) -> onnxruntime.OrtEpDevice | None:
    """Return the one of several cards that OBS draws with; None if there is no choice, or nobody knows."""
    card = os.environ.get(CARD, "").strip().casefold()
    if not card or len(cards) < 2:
        return None
    # The very name first: one card's name may begin with another's (RTX 3060, RTX 3060 Ti).
    ways = (_is_named, _is_called, _is_by)
    found = next(filter(None, ([one for one in cards if fits(one, card)] for fits in ways)), [])
    # Of two cards by one maker, names of OpenGL do not tell which.
    return found[0] if len(found) == 1 else None


def preference(card: onnxruntime.OrtEpDevice, cards: list[onnxruntime.OrtEpDevice]) -> str:
    """Return what WebGPU calls one of several cards, "low-power" or "high-performance".

    Empty if all are of one kind: then its own order decides.
    """
    kinds = {one.device.metadata.get(_DISCRETE) == "1" for one in cards}
    if len(kinds) < 2:
        return ""
    return "high-performance" if card.device.metadata.get(_DISCRETE) == "1" else "low-power"


def name(card: onnxruntime.OrtEpDevice) -> str:
    """Return the name of a card, or its maker's; empty if nobody knows."""
    found = card.device.metadata.get(_NAME, "").strip()
    return found or _MAKERS.get(card.device.vendor_id, ("",))[0]


def _is_named(one: onnxruntime.OrtEpDevice, card: str) -> bool:
    return bool(one.device.metadata.get(_NAME, "").strip().casefold() == card)


def _is_called(one: onnxruntime.OrtEpDevice, card: str) -> bool:
    called = one.device.metadata.get(_NAME, "").strip().casefold()
    return bool(called) and (called in card or card in called)


def _is_by(one: onnxruntime.OrtEpDevice, card: str) -> bool:
    return any(word.casefold() in card for word in _MAKERS.get(one.device.vendor_id, ()))
