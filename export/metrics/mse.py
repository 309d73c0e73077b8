# SPDX-License-Identifier: GPL-2.0-or-later
"""Mean squared error."""

from __future__ import annotations

import numpy as np


def mse(alpha: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean squared difference of an alpha from the truth, x 1e3."""
    return float(np.square(alpha - truth).mean() * 1e3)
