# SPDX-License-Identifier: GPL-2.0-or-later
"""The new background of the demo: an evening by a lake, drawn by code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from . import png

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def evening(width: int = 1280, height: int = 720) -> NDArray[numpy.uint8]:
    """Return the picture: uint8 [height, width, 3], BGR."""
    x, y = numpy.meshgrid(numpy.linspace(0, 1, width), numpy.linspace(0, 1, height))
    shore = 0.68
    # Sky: from night blue over violet to orange at the horizon, mirrored in the water, which is darker.
    mirrored = numpy.where(y < shore, y / shore, 1 - (y - shore) / (1 - shore) * 0.8)
    stops, colours = [0, 0.45, 0.8, 1], [(110, 50, 30), (150, 85, 120), (95, 120, 235), (120, 190, 255)]
    picture = numpy.stack([numpy.interp(mirrored, stops, [c[i] for c in colours]) for i in range(3)], axis=-1)
    picture[y >= shore] *= 0.75
    glow = numpy.exp(-(((x - 0.76) * 16 / 9) ** 2 + (y - 0.5) ** 2) / 0.004)
    picture += glow[..., None] * (120, 190, 230)
    for base, size, seed, colour in ((0.58, 0.10, 1.0, (105, 70, 95)), (0.66, 0.07, 4.0, (60, 42, 50))):
        ridge = base - size * (0.5 + 0.3 * numpy.sin(5 * x + seed) + 0.2 * numpy.sin(13 * x + 2 * seed))
        picture[(y > ridge) & (y < shore)] = colour
    ripples = 1 + 0.10 * numpy.sin(y * 420 + 3 * numpy.sin(x * 9)) * (y >= shore)
    drawn: NDArray[numpy.uint8] = numpy.clip(picture * ripples[..., None], 0, 255).astype(numpy.uint8)
    return drawn


def write(path: Path) -> Path:
    """Write the picture as PNG and return its path."""
    png.write(path, evening())
    return path
