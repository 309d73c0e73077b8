# SPDX-License-Identifier: GPL-2.0-or-later
"""The alphas between two that a model has answered."""

import cv2
import numpy as np
import pytest

from export.studies import half_rate


def disc(x: float, size: tuple[int, int] = (90, 160)) -> np.ndarray:
    """A disc at ``x``, float32 in 0..1."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    return ((columns - x) ** 2 + (rows - 45) ** 2 < 20**2).astype(np.float32)


def picture(x: float) -> np.ndarray:
    """A patterned disc at ``x`` before a grey wall."""
    rows, columns = np.mgrid[:90, :160]
    pattern = 128 + 100 * np.sin(0.7 * (columns - x)) * np.cos(0.9 * rows)
    grey = np.where(disc(x) > 0.5, pattern, 40).astype(np.uint8)
    return np.repeat(grey[..., None], 3, 2)


def test_an_alpha_is_carried_to_where_things_are():
    places = [60, 64, 68]
    pictures, truth = [picture(x) for x in places], [disc(x) for x in places]
    own = truth[::2]
    error = {
        way: np.abs(half_rate.filled(pictures, own, way)[1] - truth[1]).mean() for way in half_rate.WAYS[1:]
    }
    assert max(error["carried"], error["fitted"]) < 0.5 * min(error["held"], error["blended"])


@pytest.mark.parametrize("flow", [half_rate.flowing, half_rate.fitted])
def test_a_flow_says_where_pixels_were(flow):
    random = np.random.default_rng(1).integers(0, 256, (180, 320, 3), np.uint8)
    before = cv2.normalize(cv2.GaussianBlur(random, (0, 0), 8), None, 0, 255, cv2.NORM_MINMAX)
    found = flow(before, np.roll(before, (4, 8), (0, 1)))
    scale = 320 / found.shape[1]
    assert np.median(found, axis=(0, 1)) * scale == pytest.approx([-8, -4], abs=1)


@pytest.mark.parametrize("way", half_rate.WAYS[1:])
def test_what_has_an_alpha_of_its_own_keeps_it(way):
    pictures, own = [picture(x) for x in (60, 64, 68)], [disc(60), disc(68)]
    filled = half_rate.filled(pictures, own, way)
    assert len(filled) == 3
    assert (filled[0] == own[0]).all() and (filled[2] == own[1]).all()


def test_held_and_blended_are_what_they_are_called():
    pictures, own = [picture(60)] * 3, [disc(60), disc(68)]
    assert (half_rate.filled(pictures, own, "held")[1] == own[0]).all()
    assert half_rate.filled(pictures, own, "blended")[1] == pytest.approx((own[0] + own[1]) / 2)
