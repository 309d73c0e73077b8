# SPDX-License-Identifier: GPL-2.0-or-later
"""Edge shift and softness: in pixels of the source whatever its size, and independent of each other."""

from __future__ import annotations

import math

import cv2
import numpy
import pytest

from obs_bgremove.private_obs import collection
from tests.obs.screenshots import settled
from tests.obs.stage import filtered, one_scene, open_obs, wait_until_running

SIZES = {"Small": (640, 360), "Large": (1280, 720)}
SETTINGS = {"background": "transparent", "model": "green"}


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home):
    """Return an OBS with the filter on the same picture in two sizes: a white block in a magenta room."""
    folder = tmp_path_factory.mktemp("pictures")
    sources = []
    for name, (width, height) in SIZES.items():
        picture = numpy.full((height, width, 3), (120, 0, 120), numpy.uint8)
        picture[height // 4 : 3 * height // 4, 3 * width // 8 : 5 * width // 8] = 255
        cv2.imwrite(str(folder / f"{name}.png"), picture)
        sources.append(collection.image(name, folder / f"{name}.png", [filtered(SETTINGS)]))
    with open_obs(tmp_path_factory.mktemp("obs"), data_home, one_scene(*sources)) as opened:
        wait_until_running(opened, len(SIZES))
        yield opened


@pytest.fixture
def edge(obs):
    """Return a function that gives where the right edge is and how wide from 10 to 90 %, in pixels."""

    def measure(name, **settings):
        obs.ws.set_source_filter_settings(name, "Background Removal", {**SETTINGS, **settings}, False)
        alpha = settled(obs, name)[..., 3]
        row = alpha[SIZES[name][1] // 2] / 255
        return crossing(row, 0.5), crossing(row, 0.1) - crossing(row, 0.9)

    return measure


def crossing(row, level):
    """Return where the last values above ``level`` end, in pixels."""
    inside = numpy.nonzero(row >= level)[0].max()
    high, low = row[inside], row[inside + 1]
    return inside + 0.5 + (high - level) / max(high - low, 1e-6)


def softened(width, softness):
    """Return the width of an edge after a Gaussian of that standard deviation: variances add up."""
    return math.hypot(width, 2.56 * softness)  # 2.56 standard deviations lie between 10 % and 90 %


@pytest.mark.parametrize("refinement", [True, False])
@pytest.mark.parametrize("name", SIZES)
def test_in_pixels_and_independent(edge, name, refinement):
    place, width = edge(name, refinement=refinement)
    for shift in (-12.0, -4.0, 4.0, 12.0):
        moved, still = edge(name, refinement=refinement, edge_shift=shift)
        assert moved - place == pytest.approx(shift, abs=1.0)
        assert still == pytest.approx(width, abs=1.0), "shift leaves the softness alone"
        both, wider = edge(name, refinement=refinement, edge_shift=shift, edge_softness=6.0)
        assert both - moved == pytest.approx(0, abs=0.7), "softness leaves the edge where it is"
        assert wider == pytest.approx(softened(still, 6.0), rel=0.15)


@pytest.mark.parametrize("name", SIZES)
def test_softness_is_a_gaussian_of_so_many_pixels(edge, name):
    place, width = edge(name)
    for softness in (2.0, 4.0, 8.0):
        soft_place, soft = edge(name, edge_softness=softness)
        assert soft == pytest.approx(softened(width, softness), rel=0.15)
        assert soft_place == pytest.approx(place, abs=0.7)
