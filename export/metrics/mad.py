# SPDX-License-Identifier: GPL-2.0-or-later
"""Mean absolute difference."""

from __future__ import annotations

import numpy as np


def mad(alpha: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean absolute difference of an alpha from the truth, x 1e3."""
    return float(np.abs(alpha - truth).mean() * 1e3)
