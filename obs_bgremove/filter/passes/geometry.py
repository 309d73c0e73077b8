# SPDX-License-Identifier: GPL-2.0-or-later
"""Sizes of pictures, and parts of them."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """The size of a picture in pixels."""

    width: int
    height: int


class Region(NamedTuple):
    """A part of a picture, in texture coordinates: origin at the top left, the picture is 1 x 1."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right end."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower end."""
        return self.y + self.height

    def common(self, other: Region) -> Region | None:
        """Return the part that both have; None if there is none."""
        left, top, width, height = self
        x, y, wide, high = other
        right, bottom = min(left + width, x + wide), min(top + height, y + high)
        x, y = max(left, x), max(top, y)
        return Region(x, y, right - x, bottom - y) if right > x and bottom > y else None


WHOLE = Region(0.0, 0.0, 1.0, 1.0)
