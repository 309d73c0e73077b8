# SPDX-License-Identifier: GPL-2.0-or-later
"""How often the network is right: precision, recall, F1 and support of each class; and its thresholds.

Classes are numbers here, their places in ``CLASSES``; the last one, "other", speaks for no background.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .labels import CLASSES

if TYPE_CHECKING:
    from ..common.arrays import Floats, Numbers

#: How many classes speak for a background.
CLOTHES = len(CLASSES) - 1


def of(truth: Numbers, found: Numbers) -> dict[str, dict[str, float]]:
    """Return class -> precision, recall, f1 (0 where nothing was found) and support (photographs of it)."""
    return {name: _of_class(truth == number, found == number) for number, name in enumerate(CLASSES)}


def _of_class(truth: Numbers, found: Numbers) -> dict[str, float]:
    right, taken, there = (int(one.sum()) for one in (truth & found, found, truth))
    return {
        "precision": right / taken if taken else 0.0,
        "recall": right / there if there else 0.0,
        "f1": 2 * right / (taken + there) if right else 0.0,
        "support": there,
    }


def confusion(truth: Numbers, found: Numbers) -> Numbers:
    """Return how often each class (row) was taken for each class (column), int [C, C]."""
    counts = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(counts, (truth, found), 1)
    return counts


def decide(shares: Floats, least: Floats) -> Numbers:
    """Return the class that each row of shares (float [N, C]) speaks for, as ``votes.decide`` in the worker.

    ``least``: float [C - 1], the share from which each class but the last counts.
    """
    factors = shares[:, :CLOTHES] / least
    best = factors.argmax(1)
    return np.where(factors.max(1) >= 1, best, CLOTHES)


def thresholds(shares: Floats, truth: Numbers) -> Floats:
    """Return the share from which each class counts, float [C - 1].

    At it precision and recall are most alike, so that neither is bought with the other. One class's depends
    on the others', where ``decide`` has to choose between two; so they are found twice over.
    """
    least = np.full(CLOTHES, 0.5)
    for number in [*range(CLOTHES)] * 2:
        candidates = np.unique(np.quantile(shares[:, number], np.linspace(0, 1, 200)).clip(0.02, 0.98))
        lower = []
        for value in candidates:
            least[number] = value
            figures = _of_class(truth == number, decide(shares, least) == number)
            lower.append(min(figures["precision"], figures["recall"]))
        # The middle of all that are nearly as good: less depends on single photographs.
        good = candidates[np.array(lower) >= max(lower) - 0.01]
        least[number] = np.median(good)
    return least
