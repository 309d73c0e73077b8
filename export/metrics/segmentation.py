# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures of a person's mask: IoU and its relatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..common.arrays import Floats


@dataclass(frozen=True)
class Overlap:
    """The four counts of pixels of a mask against the truth, and the measures computed from them.

    If neither the truth nor the mask has a person, IoU, precision, recall and F1 are 1. An empty mask of a
    person has precision 0, and a mask that finds a person where there is none has recall 0.
    """

    both: int
    mask_only: int
    truth_only: int
    neither: int

    @property
    def iou(self) -> float:
        """Intersection over union of the person (the Jaccard index)."""
        return _ratio(self.both, self.both + self.mask_only + self.truth_only)

    @property
    def miou(self) -> float:
        """Mean of the person's and the background's intersection over union."""
        return (self.iou + _ratio(self.neither, self.neither + self.mask_only + self.truth_only)) / 2

    @property
    def accuracy(self) -> float:
        """Share of pixels that are on the right side."""
        return _ratio(self.both + self.neither, self.both + self.neither + self.mask_only + self.truth_only)

    @property
    def precision(self) -> float:
        """Share of the mask that is person."""
        return _ratio(self.both, self.both + self.mask_only, float(not self.truth_only))

    @property
    def recall(self) -> float:
        """Share of the person that is in the mask."""
        return _ratio(self.both, self.both + self.truth_only, float(not self.mask_only))

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall (the Dice coefficient)."""
        return _ratio(2 * self.both, 2 * self.both + self.mask_only + self.truth_only)


def overlap(alpha: Floats, truth: Floats, threshold: float = 0.5) -> Overlap:
    """Count an alpha's pixels against the truth's, both cut at ``threshold``."""
    mask, person = alpha >= threshold, truth >= threshold
    both, of_mask, of_truth = (int(np.count_nonzero(pixels)) for pixels in (mask & person, mask, person))
    return Overlap(both, of_mask - both, of_truth - both, mask.size - of_mask - of_truth + both)


def _ratio(part: int, whole: int, of_nothing: float = 1.0) -> float:
    return part / whole if whole else of_nothing
