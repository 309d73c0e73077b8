# SPDX-License-Identifier: GPL-2.0-or-later
"""Precision, recall and F1 at every threshold of the alpha, pixels of many pictures taken together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..common.arrays import Floats

#: Thresholds are LEVELS steps of 1 / LEVELS; a power of two, so that cutting an alpha is exact.
LEVELS = 256


class Thresholds:
    """Counts alphas by value, once for the person and once for the rest; ``add`` as many as there are."""

    def __init__(self) -> None:
        self._person, self._rest = np.zeros(LEVELS, np.int64), np.zeros(LEVELS, np.int64)

    def add(self, alpha: Floats, truth: Floats) -> None:
        """Count the pixels of one picture; the truth is cut at 0.5."""
        level = np.clip((alpha * LEVELS).astype(np.int64), 0, LEVELS - 1)
        person = truth >= 0.5
        self._person += np.bincount(level[person], minlength=LEVELS)
        self._rest += np.bincount(level[~person], minlength=LEVELS)

    @classmethod
    def sum(cls, parts: Iterable[Thresholds]) -> Thresholds:
        """Return the counts of all ``parts`` together."""
        whole = cls()
        for part in parts:
            whole._person += part._person
            whole._rest += part._rest
        return whole

    def curve(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return (thresholds, precision, recall, F1), float [LEVELS] each; NaN where nothing is cut out.

        A pixel is in the mask if its alpha is at least the threshold.
        """
        both, wrong = (np.cumsum(counts[::-1])[::-1].astype(float) for counts in (self._person, self._rest))
        with np.errstate(invalid="ignore"):
            precision, recall = both / (both + wrong), both / self._person.sum()
            f1 = 2 * both / (both + wrong + self._person.sum())
        return np.arange(LEVELS) / LEVELS, precision, recall, f1
