# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes pictures into any folder: by itself OpenCV opens on Windows no file with letters beyond ASCII."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    from pathlib import Path

    import numpy
    from numpy.typing import NDArray


def write(path: Path, picture: NDArray[numpy.uint8]) -> None:
    """Write a picture, uint8 [H, W, 3], BGR; OSError if that fails."""
    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
