# SPDX-License-Identifier: GPL-2.0-or-later
"""The colour of soft edges, against composites whose foreground is known."""

from __future__ import annotations

import cv2
import numpy
import pytest

from tests.bench.edge_colour import error, set_filter, shown
from tests.obs.stage import exchange, filtered_picture, wait_until_running

WIDTH, HEIGHT = 640, 360
#: (person, room), BGR: green tells them apart for the network.
PAIRS = [((60, 200, 70), (230, 20, 240)), ((40, 205, 40), (20, 18, 20)), ((200, 215, 210), (120, 20, 30))]


def truth(softness):
    """Return a person's alpha, float [HEIGHT, WIDTH]: a head and shoulders with a soft edge."""
    alpha = numpy.zeros((HEIGHT, WIDTH), numpy.float32)
    cv2.circle(alpha, (320, 140), 90, 1.0, -1)
    cv2.rectangle(alpha, (200, 230), (440, 360), 1.0, -1)
    return cv2.GaussianBlur(alpha, (0, 0), softness)


def foreground(color, seed):
    """Return the person's own colours, float [HEIGHT, WIDTH, 3] 0..255: cloth and hair vary a little."""
    noise = numpy.random.default_rng(seed).normal(0, 14, (HEIGHT // 6, WIDTH // 6, 1)).astype(numpy.float32)
    noise = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)[..., None]
    return numpy.clip(numpy.asarray(color, numpy.float32) + noise, 0, 255)


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home):
    """Return an OBS with the filter on a picture that can be exchanged."""
    white = numpy.full((HEIGHT, WIDTH, 3), 255, numpy.uint8)
    with filtered_picture(tmp_path_factory.mktemp("edge"), data_home, "green-soft", white) as opened:
        wait_until_running(opened)
        yield opened


@pytest.mark.parametrize("softness", [2.0, 4.0])
@pytest.mark.parametrize("pair", range(len(PAIRS)))
def test_the_room_leaves_the_edge(obs, tmp_path, pair, softness):
    person, room = PAIRS[pair]
    alpha, known = truth(softness), foreground(person, pair)
    picture = alpha[..., None] * known + (1 - alpha[..., None]) * numpy.asarray(room, numpy.float32)
    exchange(obs, tmp_path, picture)
    own, cleaned = (error(obs, known, alpha, cleaning, "green-soft") for cleaning in (False, True))
    print(f"{person} on {room}, softness {softness}: frame's colour {own:.1f}, cleaned {cleaned:.1f}")
    assert cleaned <= own * 2 / 3


@pytest.mark.parametrize("pair", range(len(PAIRS)))
def test_cleaning_makes_no_smoke_where_the_alpha_is_wrong(obs, tmp_path, pair):
    # The edge is hard, the network's alpha soft: just inside of the contour is the person alone.
    person, room = PAIRS[pair]
    inside = (truth(0.5) > 0.5).astype(numpy.uint8)
    exchange(obs, tmp_path, numpy.where(inside[..., None] > 0, person, room))
    set_filter(obs, "green-soft", background="transparent", refinement=False)
    picture = shown(obs)
    alpha = picture[..., 3] / 255
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    rim = (depth > 1) & (depth < 5) & (alpha > 0.3)
    colour = picture[..., :3][rim] / alpha[rim][:, None]
    assert rim.sum() > 1000
    furthest = numpy.percentile(numpy.abs(colour - numpy.asarray(person)).max(axis=1), 99)
    print(f"{person} on {room}: at most {furthest:.1f} from the person's colour")
    assert furthest < 12
