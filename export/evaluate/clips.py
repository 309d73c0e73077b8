# SPDX-License-Identifier: GPL-2.0-or-later
"""Clips with known alpha: folders of com.mp4 (the picture) and pha.mkv (its alpha, grey)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..common.errors import ExportError
from ..common.tree import below

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from ..common.arrays import Bytes


def find(directory: Path) -> list[Path]:
    """Return the clip folders below ``directory`` (or itself).

    Raises ExportError if there are none, or two of one name.
    """
    pictures = (path for path in below(directory) if path.name == "com.mp4")
    found = sorted(path.parent for path in pictures if (path.parent / "pha.mkv").is_file())
    if not found:
        raise ExportError(f"There are no clips in {directory}: a clip is a folder of com.mp4 and pha.mkv.")
    names = [clip.name for clip in found]
    for clip in found:
        if names.count(clip.name) > 1:
            raise ExportError(f"Two of the clips in {directory} are called {clip.name!r}; rename one.")
    return found


def read(clip: Path) -> Iterator[tuple[Bytes, NDArray[np.float32]]]:
    """Yield (picture uint8 [H, W, 3] BGR, alpha float32 [H, W] in 0..1) of each frame."""
    pictures, alphas = (cv2.VideoCapture(str(clip / name)) for name in ("com.mp4", "pha.mkv"))
    try:
        count = 0
        while True:
            more, picture = pictures.read()
            more_alpha, alpha = alphas.read()
            if more != more_alpha:
                raise ExportError(f"com.mp4 and pha.mkv of {clip} differ in length; make the clip again.")
            if not more:
                break
            if picture.shape != alpha.shape:
                raise ExportError(f"com.mp4 and pha.mkv of {clip} differ in size; make the clip again.")
            count += 1
            yield picture, alpha[..., 0].astype(np.float32) / 255
        if not count:
            raise ExportError(f"{clip / 'com.mp4'} cannot be decoded; check that it is a video.")
    finally:
        pictures.release()
        alphas.release()
