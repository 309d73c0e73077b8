# SPDX-License-Identifier: GPL-2.0-or-later
"""Mean absolute difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..common.arrays import Floats


def mad(alpha: Floats, truth: Floats) -> float:
    """Return the mean absolute difference of an alpha from the truth, x 1e3."""
    return float(np.abs(alpha - truth).mean() * 1e3)
