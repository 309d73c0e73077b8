# SPDX-License-Identifier: GPL-2.0-or-later
"""Our own models after minutes: training shows them a few frames, a stream is long."""

from __future__ import annotations

import numpy as np
import pytest

from export.graph import probe
from export.graph.runner import Runner
from export.shelf.card import SHELF, shelf_cards

#: Frames in which a drawn person sways to and fro once.
SWAY = 12
#: When the memory is looked at, and when again: both times the person stands in the same place.
SHORT, LONG = 8 * SWAY, 34 * SWAY


#: Those with a graph of their own; the network that sees clothes is not among the cards of the shelf.
OURS = [card.name for card in shelf_cards() if (card.path.parent / "model.onnx").is_file()]


@pytest.mark.parametrize("name", OURS)
def test_what_a_model_remembers_does_not_grow(name):
    runner = Runner(SHELF / name / "model.onnx")
    assert runner.recurrent
    there = probe.frames(runner.height, runner.width, SWAY // 2)
    frames = [*there, *there[::-1]]
    largest, alphas = {}, {}
    for number in range(1, LONG + 1):
        alphas[number] = runner.alpha(frames[number % SWAY]).astype(float)
        largest[number] = max(float(np.abs(value).max()) for value in runner.states.values())
    assert largest[LONG] < 1.1 * largest[SHORT] + 0.1
    early, late = alphas[SWAY], alphas[LONG]
    assert (early > 127).mean() > 0.1  # the person
    assert np.abs(early - late).mean() < 3
