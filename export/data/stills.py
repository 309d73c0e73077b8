# SPDX-License-Identifier: GPL-2.0-or-later
"""Stills with alphas: folders ``images``, ``masks`` and, of our own labelling, ``weights`` side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..common.errors import ExportError
from ..common.tree import below

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Still:
    """The files of one picture; ``weight`` is None where each pixel of the alpha is sure.

    ``contrast``: how many times narrower than in the file the edges of an alpha with a weight are read.
    """

    picture: Path
    alpha: Path
    weight: Path | None
    contrast: float = 1.0

    def read(self, side: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
        """Return picture uint8 [H, W, 3] RGB, alpha and weight float32 [H, W] in 0..1.

        With ``side`` the longer side is at most that many pixels. Raises ExportError if a file is broken.
        """
        picture = cv2.imread(str(self.picture), cv2.IMREAD_COLOR)
        alpha = cv2.imread(str(self.alpha), cv2.IMREAD_GRAYSCALE)
        weight = cv2.imread(str(self.weight), cv2.IMREAD_GRAYSCALE) if self.weight else None
        if picture is None or alpha is None or (self.weight and weight is None):
            broken = self.picture if picture is None else self.alpha if alpha is None else self.weight
            raise ExportError(f"{broken} is not a picture that can be read; replace or remove it.")
        contrast = 1.0 if weight is None else self.contrast
        if weight is None:
            weight = np.full_like(alpha, 255)
        height, width = picture.shape[:2]
        scale = min(1.0, side / max(height, width)) if side else 1.0
        size = max(1, round(width * scale)), max(1, round(height * scale))
        # Masks of another size than their picture fit it here as well.
        picture, alpha, weight = (
            entry
            if (entry.shape[1], entry.shape[0]) == size
            else cv2.resize(entry, size, interpolation=cv2.INTER_AREA)
            for entry in (picture, alpha, weight)
        )
        return (
            cv2.cvtColor(picture, cv2.COLOR_BGR2RGB),
            np.clip((alpha.astype(np.float32) / 255 - 0.5) * contrast + 0.5, 0, 1),
            weight.astype(np.float32) / 255,
        )


def find(folders: list[Path], contrast: float = 1.0) -> list[Still]:
    """Return the stills of all ``folders`` in a fixed order; raise ExportError if a folder has none.

    ``contrast``: that of those with a weight.
    """
    found = []
    for folder in folders:
        images, masks, weights = (folder / name for name in ("images", "masks", "weights"))
        if not images.is_dir() or not masks.is_dir():
            raise ExportError(f"{folder} is not a set of stills: it needs the folders 'images' and 'masks'.")
        pictures = {path.stem: path for path in images.iterdir()}
        here = []
        for mask in sorted(masks.iterdir()):
            weight = weights / f"{mask.stem}.png"
            if mask.stem in pictures:
                here.append(Still(pictures[mask.stem], mask, weight if weight.is_file() else None, contrast))
        if not here:
            raise ExportError(f"{folder} holds no picture with a mask of the same name.")
        found += here
    return found


def pictures(directories: list[Path]) -> list[Path]:
    """Return the backgrounds below ``directories``; raise ExportError if one has none."""
    found = []
    for directory in directories:
        here = sorted(
            path for path in below(directory) if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp")
        )
        if not here:
            raise ExportError(f"There are no pictures in {directory}; name a directory of backgrounds.")
        found += here
    return found
