# SPDX-License-Identifier: GPL-2.0-or-later
"""A part of the source's picture."""

from __future__ import annotations

from typing import NamedTuple


class Region(NamedTuple):
    """A rectangle in texture coordinates: origin at the top left, the picture is 1 x 1."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends across."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends downwards."""
        return self.y + self.height


WHOLE = Region(0.0, 0.0, 1.0, 1.0)
