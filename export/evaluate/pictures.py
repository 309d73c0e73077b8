# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures with known masks: folders ``images`` and ``masks`` side by side, files of the same names."""

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

_SPLITS = ("train", "val", "test")


def find(directory: Path, split: str = "val") -> dict[str, Path]:
    """Return the sets below ``directory`` (or itself): name -> folder of ``images`` and ``masks``.

    Of folders named after a split only those of ``split`` count, and their set is named after the
    folder above. Raises ExportError if there are none, if one is empty, or if two have one name.
    """
    found: dict[str, Path] = {}
    for masks in sorted(path for path in below(directory) if path.name == "masks"):
        folder = masks.parent
        if not (folder / "images").is_dir() or (folder.name in _SPLITS and folder.name != split):
            continue
        name = folder.parent.name if folder.name in _SPLITS else folder.name
        if name in found:
            raise ExportError(f"{found[name]} and {folder} are both called {name!r}; rename one.")
        if not any(masks.iterdir()):
            raise ExportError(f"{masks} is empty; put the masks of {folder / 'images'} there, or remove it.")
        found[name] = folder
    if not found:
        raise ExportError(f"There are no pictures in {directory}: a set is a folder of 'images' and 'masks'.")
    return found


def read(folder: Path) -> Iterator[tuple[str, Bytes, NDArray[np.float32]]]:
    """Yield (name, picture uint8 [H, W, 3] BGR, mask float32 [H, W] in 0..1) of each picture of a set."""
    images = {path.stem: path for path in (folder / "images").iterdir()}
    for mask_path in sorted((folder / "masks").iterdir()):
        if mask_path.stem not in images:
            raise ExportError(
                f"{mask_path} has no picture of that name in {folder / 'images'}; add or remove one."
            )
        picture = cv2.imread(str(images[mask_path.stem]), cv2.IMREAD_COLOR)
        mask = cv2.imread(str(mask_path), cv2.IMREAD_GRAYSCALE)
        if picture is None or mask is None:
            broken = images[mask_path.stem] if picture is None else mask_path
            raise ExportError(f"{broken} is not a picture that can be read; replace or remove it.")
        if picture.shape[:2] != mask.shape:
            raise ExportError(f"{mask_path} is not of its picture's size; make the mask again.")
        yield mask_path.stem, picture, mask.astype(np.float32) / 255
