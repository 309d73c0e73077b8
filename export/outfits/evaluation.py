# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures a network on labelled photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from obs_bgremove.worker.outfits.outfit_card import OutfitProblem
from obs_bgremove.worker.outfits.outfit_network import OutfitNetwork

from ..common.errors import ExportError
from ..common.progress import Bar
from . import portraits
from .labels import CLASSES
from .scores import CLOTHES

if TYPE_CHECKING:
    from pathlib import Path

    from ..common.arrays import Floats
    from .labels import Label


class Measured:
    """A network by its folder; its classes must be ``CLASSES``. Raises ExportError."""

    def __init__(self, folder: Path) -> None:
        try:
            self._network = OutfitNetwork(folder)
        except OutfitProblem as problem:
            raise ExportError(str(problem)) from None
        known = self._network.card
        if set(known.classes) != set(CLASSES):
            raise ExportError(
                f"{folder} knows the classes {', '.join(known.classes)}, not {', '.join(CLASSES)}."
            )
        #: The share from which each class but the last counts, float [C - 1].
        self.least: Floats = np.array([known.least[name] for name in CLASSES[:CLOTHES]])

    def shares(self, labels: list[Label]) -> Floats:
        """Return the shares of each photograph, float [N, C]; raise ExportError if one cannot be read."""
        maker = portraits.Portraits(self._network.height, self._network.width)
        rows = []
        with Bar("  photographs", len(labels)) as bar:
            for number, label in enumerate(labels, 1):
                found = self._network.shares(maker.of(portraits.read(label.path)))
                rows.append([found[name] for name in CLASSES])
                bar.at(number)
        return np.array(rows)
