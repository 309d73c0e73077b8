# SPDX-License-Identifier: GPL-2.0-or-later
"""Real pictures that a converted model is compared on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from ..common import scale
from ..common.errors import ExportError
from ..data.stills import pictures

if TYPE_CHECKING:
    from pathlib import Path

    from ..common.arrays import Bytes

#: Photographs that scikit-image ships, free of rights (public domain or CC0).
NAMES = ("astronaut", "cat", "coffee")


def frames(height: int, width: int, folder: Path | None = None) -> list[Bytes]:
    """Return frames, uint8 [height, width, 4] BGRA, of scikit-image's photographs and those in ``folder``.

    Raises ExportError if there are none in the folder, or one cannot be read.
    """
    from skimage import data

    shown = [cv2.cvtColor(getattr(data, name)(), cv2.COLOR_RGB2BGR) for name in NAMES]
    for path in pictures([folder]) if folder else []:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise ExportError(f"{path} is not a picture that can be read; replace or remove it.")
        shown.append(picture)
    return [scale.to_frame(picture, height, width) for picture in shown]
