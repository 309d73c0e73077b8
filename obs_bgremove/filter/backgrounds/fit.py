# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a background lies in the picture."""

from __future__ import annotations


def place(
    width: int, height: int, into_width: int, into_height: int, fit: str
) -> tuple[float, float, float, float]:
    """Return (x, y, scale x, scale y), in pixels, that fits one size into another.

    "cover" fills all of it and lets the rest stick out evenly, "contain" shows all and leaves
    bars, "stretch" does neither and loses the proportions.
    """
    scale_x, scale_y = into_width / width, into_height / height
    if fit != "stretch":
        scale_x = scale_y = (max if fit == "cover" else min)(scale_x, scale_y)
    return (into_width - width * scale_x) / 2, (into_height - height * scale_y) / 2, scale_x, scale_y
