# SPDX-License-Identifier: GPL-2.0-or-later
"""Smoothing over time: what stands still settles, what moves is not delayed."""

from __future__ import annotations

import numpy as np
import pytest

from export.common.errors import ExportError
from export.convert import steady
from export.graph import contract
from export.graph.nodes import UINT8, Graph
from export.graph.runner import Runner

HEIGHT, WIDTH = 32, 64


def reads_red():
    """A network whose alpha is the frame's red: what is drawn there is what it answers."""
    graph = Graph()
    frame = graph.input("frame", UINT8, [HEIGHT, WIDTH, 4])
    red = graph.add("Slice", [frame, *(graph.constant(np.array([at], np.int64)) for at in (2, 3, 2))])
    flat = graph.add("Reshape", [red, graph.constant(np.array([HEIGHT, WIDTH], np.int64))])
    graph.output("alpha", flat, UINT8, [HEIGHT, WIDTH])
    return graph.model("red")


@pytest.fixture
def runner():
    model = steady.steady(reads_red())
    assert contract.violations(model) == []
    return Runner(model.SerializeToString())


def picture(alpha, green=100):
    frame = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    frame[..., 1], frame[..., 2] = green, alpha
    return frame


def test_the_first_alpha_is_the_networks_own_even_of_a_black_picture(runner):
    assert (runner.alpha(picture(200, green=0)) == 200).all()


def test_an_alpha_that_wavers_over_a_still_picture_calms_down(runner):
    random = np.random.default_rng(1)
    wavering = random.integers(90, 166, (60, HEIGHT, WIDTH))
    noise = random.integers(-2, 3, (60, HEIGHT, WIDTH))  # of the camera
    shown = np.array([runner.alpha(picture(one, 100 + grain)) for one, grain in zip(wavering, noise)], float)
    before, after = (np.abs(np.diff(alphas[20:], axis=0)).mean() for alphas in (wavering, shown))
    # In an exponential mean of white noise, changes are s / sqrt(2 - s) of the noise's own.
    share = steady.STILL
    assert after < 1.2 * share / np.sqrt(2 - share) * before
    assert abs(shown[20:].mean() - wavering.mean()) < 2


def test_what_moves_is_shown_at_once(runner):
    for left in range(4, 40, 6):
        columns = np.arange(WIDTH)
        person = (columns >= left) & (columns < left + 16)
        alpha = np.broadcast_to(np.where(person, 255, 0), (HEIGHT, WIDTH))
        green = np.broadcast_to(np.where(person, 180, 60), (HEIGHT, WIDTH))
        shown = runner.alpha(picture(alpha, green))
        assert np.array_equal(shown, alpha)


def test_a_cut_drags_nothing_along(runner):
    for _ in range(5):
        runner.alpha(picture(255, green=40))
    assert (runner.alpha(picture(0, green=90)) == 0).all()


def test_a_network_with_a_memory_is_left_alone():
    with pytest.raises(ExportError, match="memory of its own"):
        steady.steady(steady.steady(reads_red()))
