# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a background lies in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..passes.geometry import Size


def place(size: Size, into: Size, fit: str) -> tuple[float, float, float, float]:
    """Return (x, y, scale x, scale y), in pixels, that fits one size into another.

    "cover" fills all of it and lets the rest stick out evenly, "contain" shows all and leaves
    bars, "stretch" does neither and loses the proportions.
    """
    scale_x, scale_y = into.width / size.width, into.height / size.height
    if fit != "stretch":
        scale_x = scale_y = (max if fit == "cover" else min)(scale_x, scale_y)
    x, y = (into.width - size.width * scale_x) / 2, (into.height - size.height * scale_y) / 2
    return x, y, scale_x, scale_y
