# SPDX-License-Identifier: GPL-2.0-or-later
"""The part of the picture in which people count, in pixels of an alpha."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...link.layout import Part


def pixels_of(area: Part, part: Part, height: int, width: int) -> tuple[slice, slice]:
    """Return which rows and columns of an alpha of a ``part`` of a picture lie in an ``area`` of it."""
    return (
        _within(area.y, area.height, part.y, part.height, height),
        _within(area.x, area.width, part.x, part.width, width),
    )


def _within(start: float, size: float, part_start: float, part_size: float, count: int) -> slice:
    ends = ((one - part_start) / part_size * count for one in (start, start + size))
    # A pixel is where its middle is.
    first, last = (min(max(math.ceil(end - 0.5), 0), count) for end in ends)
    return slice(first, last)
