# SPDX-License-Identifier: GPL-2.0-or-later
"""dtSSD, temporal coherence (Erofeev et al., BMVC 2015)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..common.arrays import Floats


def dtssd(alpha: Floats, before: Floats, truth: Floats, truth_before: Floats) -> float:
    """Return how differently an alpha changes from one frame to the next than the truth does, x 1e2."""
    change = (alpha - before) - (truth - truth_before)
    return float(np.sqrt(np.square(change).mean()) * 1e2)
