# SPDX-License-Identifier: GPL-2.0-or-later
"""Mean squared error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..common.arrays import Floats


def mse(alpha: Floats, truth: Floats) -> float:
    """Return the mean squared difference of an alpha from the truth, x 1e3."""
    return float(np.square(alpha - truth).mean() * 1e3)
