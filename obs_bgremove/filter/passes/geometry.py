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
        x, y = max(self.x, other.x), max(self.y, other.y)
        width, height = min(self.right, other.right) - x, min(self.bottom, other.bottom) - y
        return Region(x, y, width, height) if width > 0 and height > 0 else None


WHOLE = Region(0.0, 0.0, 1.0, 1.0)
