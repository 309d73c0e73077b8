# SPDX-License-Identifier: GPL-2.0-or-later
"""Flicker without ground truth: what changes although nothing moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..common.arrays import Floats


def flicker(alphas: Floats) -> float:
    """Return the mean absolute change between successive ``alphas`` (float [N, H, W]) of a still picture."""
    return float(np.abs(np.diff(alphas, axis=0)).mean())
