# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export.studies.label_quality LABELS SET``: how good labels are where hand-made masks exist too.

It only measures; data/rights.py decides which alphas may teach.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from .. import metrics
from ..common import scale
from ..common.errors import ExportError, exit_code
from ..evaluate import pictures

if TYPE_CHECKING:
    from ..common.arrays import Bytes


def measure(labels: Path, masks: Path) -> tuple[int, float]:
    """Return how many photographs have both a label and a mask, and the mean IoU of the person in them.

    labels: a folder that the labelling made; masks: a set's folder of ``images`` and ``masks``. Raises
    ExportError if they have no photograph in common.
    """
    found = []
    for stem, _, truth in pictures.read(masks):
        path = labels / "masks" / f"{stem}.png"
        if path.is_file():
            label: Bytes | None = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            if label is None:
                raise ExportError(f"{path} is not a picture that can be read; label its photograph again.")
            alpha = scale.to_picture(label, *truth.shape)
            found.append(metrics.overlap(alpha, truth).iou)
    if not found:
        raise ExportError(f"{labels} and {masks} have no photograph in common; name two folders of one set.")
    return len(found), float(np.nanmean(found))


def main(arguments: list[str]) -> int:
    """Print what is measured of each pair of folders; return an exit code."""
    parser = argparse.ArgumentParser(prog="python -m export.studies.label_quality", description=__doc__)
    parser.add_argument("labels", type=Path, help="folder that the labelling made")
    parser.add_argument("masks", type=Path, help="the same photographs with hand-made masks")
    options = parser.parse_args(arguments)
    return exit_code(lambda: _print(options.labels, options.masks))


def _print(labels: Path, masks: Path) -> None:
    count, iou = measure(labels, masks)
    print(f"{labels}: IoU {iou:.4f} on {count} photographs")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
