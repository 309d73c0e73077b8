# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in an alpha the person is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...link.layout import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HALF = 127


def bounding_box(alpha: NDArray[np.uint8]) -> Box | None:
    """Return the box around what is at least half person in an alpha (uint8 [H, W]); None if nothing is."""
    columns = np.flatnonzero(alpha.max(axis=0) > _HALF)
    if not len(columns):
        return None
    rows = np.flatnonzero(alpha.max(axis=1) > _HALF)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
