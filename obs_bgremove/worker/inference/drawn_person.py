# SPDX-License-Identifier: GPL-2.0-or-later
"""A drawn person before two rooms, for networks whose alphas are compared. Needs numpy alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Plane = NDArray[np.float32]

#: Pictures of a run; the room changes in the middle.
PICTURES = 24
_SKIN, _HAIR, _SHIRT = (138, 170, 224), (38, 52, 74), (122, 84, 52)
_ROOMS = (((196, 208, 214), (150, 166, 178)), ((92, 74, 62), (54, 46, 44)))


class _Canvas(NamedTuple):
    """A picture, float32 [H, W, 3] in B, G, R, with the place of each pixel.

    ``x`` is 0 in the middle, ``y`` 0 at the top and 1 at the bottom, both in units of ``side`` pixels.
    """

    pixels: Plane
    x: Plane
    y: Plane
    side: float

    def ellipse(
        self,
        centre: tuple[float, float],
        radii: tuple[float, float],
        colour: tuple[int, int, int],
        *,
        shade: Plane | float = 1.0,
        above: float = 9.0,
    ) -> None:
        """Fill an ellipse with a soft rim; ``shade`` is its light, ``above`` cuts off what is lower."""
        distance = np.hypot((self.x - centre[0]) / radii[0], (self.y - centre[1]) / radii[1]) - 1
        cover = np.clip(0.5 - distance * min(radii) * self.side, 0, 1)
        cover *= np.clip(0.5 + (above - self.y) * self.side, 0, 1)
        paint = np.asarray(colour, np.float32) * np.asarray(shade, np.float32)[..., None]
        self.pixels[...] += cover[..., None] * (paint - self.pixels)


def pictures(height: int, width: int) -> Iterator[NDArray[np.uint8]]:
    """Yield the person moving in one room, then in another: uint8 [height, width, 4], B, G, R and 255."""
    generator = np.random.default_rng(1)
    for number in range(PICTURES):
        canvas = _room(height, width, _ROOMS[2 * number // PICTURES])
        _person(canvas, 0.012 * number - 0.14, 0.01 * np.sin(number))
        noise = generator.normal(0, 2.5, canvas.pixels.shape)
        picture = np.full((height, width, 4), 255, np.uint8)
        picture[..., :3] = np.clip(canvas.pixels + noise, 0, 255)
        yield picture


def _room(height: int, width: int, colours: tuple[tuple[int, int, int], tuple[int, int, int]]) -> _Canvas:
    """Return a wall with light from one side, a shelf with books and a picture on it."""
    side = float(min(height, width))
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    x, y = (columns - width / 2) / side, (rows - (height - side)) / side
    wall, shelf = (np.asarray(colour, np.float32) for colour in colours)
    light = 1.05 - 0.25 * (x - x.min()) / max(float(np.ptp(x)), 1e-6)
    canvas = _Canvas(wall * light[..., None], x, y, side)
    books = (np.abs(y - 0.3) < 0.12) & (x > 0.26)
    canvas.pixels[books] = (shelf * (0.7 + 0.5 * np.sin(37 * x) ** 2)[..., None])[books]
    frame = (np.abs(y - 0.25) < 0.15) & (np.abs(x + 0.5) < 0.14)
    canvas.pixels[frame] = shelf * 0.8
    return canvas


def _person(canvas: _Canvas, x: float, y: float) -> None:
    """Draw head and shoulders, the nose at (x, 0.4 + y)."""
    light = np.asarray(1.08 - 0.9 * np.abs(canvas.x - x + 0.05), np.float32)
    folds = np.asarray(0.9 + 0.12 * np.sin(26 * (canvas.x - x) + 5 * canvas.y), np.float32)
    canvas.ellipse((x, 0.34 + y), (0.172, 0.21), _HAIR)
    canvas.ellipse((x, 1.06 + y), (0.42, 0.4), _SHIRT, shade=folds)
    canvas.ellipse((x, 0.64 + y), (0.085, 0.13), _SKIN, shade=0.78)
    for ear in (-0.142, 0.142):
        canvas.ellipse((x + ear, 0.41 + y), (0.024, 0.045), _SKIN, shade=0.85)
    canvas.ellipse((x, 0.4 + y), (0.142, 0.19), _SKIN, shade=light)
    canvas.ellipse((x, 0.31 + y), (0.158, 0.15), _HAIR, shade=light, above=0.27 + y)
    for eye in (-0.056, 0.056):
        canvas.ellipse((x + eye, 0.335 + y), (0.034, 0.008), _HAIR)
        canvas.ellipse((x + eye, 0.375 + y), (0.026, 0.014), (240, 242, 244))
        canvas.ellipse((x + eye, 0.375 + y), (0.012, 0.013), (40, 48, 60))
    canvas.ellipse((x + 0.008, 0.435 + y), (0.018, 0.035), _SKIN, shade=0.86)
    canvas.ellipse((x, 0.508 + y), (0.05, 0.014), (92, 92, 176))
