# SPDX-License-Identifier: GPL-2.0-or-later
"""The stills that ``tests.bench.strands`` makes, and how ``tests.bench.hd`` scores them."""

from __future__ import annotations

import cv2
import numpy
import pytest

from tests.bench import hd, strands


@pytest.fixture(scope="module")
def still():
    """Return a still: strands around a grey disc before a blue wall."""
    alpha = cv2.circle(numpy.zeros((300, 300), numpy.float32), (150, 200), 90, 1.0, -1)
    person = strands.Still(numpy.full((300, 300, 3), 150, numpy.uint8), alpha, None)
    wall = numpy.zeros((90, 160, 3), numpy.uint8)
    wall[..., 0] = 200
    return strands.make(person, wall, numpy.random.default_rng(7))


def test_a_still_is_what_its_alpha_and_its_colours_make(still):
    wall = numpy.array([200.0, 0.0, 0.0])
    alpha = still.alpha[..., None]
    made = alpha * still.foreground + (1 - alpha) * wall
    difference = numpy.abs(numpy.clip(made, 0, 255) - still.picture)
    # No more than the noise.
    assert difference.mean() < strands.NOISE
    assert difference[soft(still)].mean() < 1.5 * strands.NOISE
    # Hair that is thinner than a pixel.
    assert soft(still).sum() > 3000


def test_the_truth_has_no_error_and_what_is_wrong_has(still):
    right = hd.Cutout(still.alpha, still.foreground.astype(numpy.float32))
    assert set(hd.scored(still, right).values()) == {0.0}
    blurred = hd.Cutout(cv2.GaussianBlur(still.alpha, (0, 0), 8), still.picture.astype(numpy.float32))
    scores = hd.scored(still, blurred)
    assert set(scores) == set(hd.COLUMNS)
    assert scores["band"] > scores["MAD"] > 1
    assert scores["colour"] > 5


def test_a_still_is_read_as_it_was_written(still, tmp_path):
    strands.write(tmp_path, "one", still)
    assert strands.find(tmp_path) == ["one"]
    again = strands.read(tmp_path, "one")
    assert all((numpy.asarray(one) == numpy.asarray(other)).all() for one, other in zip(still, again))


def test_a_folder_without_stills_is_named(tmp_path):
    with pytest.raises(SystemExit, match="needs images/ and alphas/"):
        strands.find(tmp_path)


def test_crops_do_not_overlap(still):
    places = hd.worst(numpy.abs(still.alpha - 0.5))
    assert len({(place[0].start, place[1].start) for place in places}) == hd.CROPS


def soft(still):
    """Return where the alpha is soft."""
    return (still.alpha > 0.05) & (still.alpha < 0.95)
