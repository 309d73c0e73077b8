# SPDX-License-Identifier: GPL-2.0-or-later
"""The edge at full HD, before and after, in crops at 100 %."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy

from obs_bgremove.demo import person as moving
from tests.bench.hd import PLAIN, before, cut_out
from tests.gallery import picture
from tests.obs.stage import filtered_picture, wait_until_running

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

WIDTH, HEIGHT = 1920, 1080
#: White, black and green (BGR).
COLOURS = (255, 255, 255), (0, 0, 0), (0, 200, 0)
#: The hair of the portrait.
HAIR = (slice(16, 296), slice(726, 1086))


def make(options: argparse.Namespace, folder: Path, data: Path) -> None:
    """Write the portrait's hair, as the network alone has it and as it is shown."""
    large, canvas = photograph(moving.portrait()), (picture.WIDTH, picture.HEIGHT)
    with filtered_picture(folder, data, "quality", large, canvas=canvas, fps=picture.SLOW) as obs:
        wait_until_running(obs)
        rows = []
        for settings in (PLAIN, {}):
            whole = {"model": "quality", "background": "transparent", "crop_to_people": False, **settings}
            obs.ws.set_source_filter_settings("Picture", picture.FILTER, whole, False)
            rows.append(row(picture.still(obs)))
    cv2.imwrite(str(options.out / "edge.jpg"), numpy.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 88])


def photograph(portrait: numpy.ndarray) -> numpy.ndarray:
    """Return the demo's portrait, uint8 [H, W, 3], enlarged into a frame of full HD."""
    factor = HEIGHT / portrait.shape[0]
    large = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    left = (WIDTH - large.shape[1]) // 2
    return cv2.copyMakeBorder(large, 0, 0, left, WIDTH - left - large.shape[1], cv2.BORDER_REPLICATE)


def row(screenshot: numpy.ndarray) -> numpy.ndarray:
    """Return the hair of a screenshot, int [HEIGHT, WIDTH, 4] BGRA, before each colour: uint8 [H, W, 3]."""
    hair = cut_out(screenshot[HAIR])
    return numpy.hstack([before(hair, colour) for colour in COLOURS])
