# SPDX-License-Identifier: GPL-2.0-or-later
"""Our own models after minutes: training shows them a few frames, a stream is long."""

from __future__ import annotations

import numpy as np
import pytest

from export.graph import probe
from export.graph.runner import Runner
from export.shelf.card import SHELF

#: Frames in which a drawn person sways to and fro once.
SWAY = 12
#: When the memory is looked at, and when again: both times the person stands in the same place.
SHORT, LONG = 8 * SWAY, 34 * SWAY


def with_a_memory():
    """Return the names of our models; the network that sees clothes answers pictures without a memory."""
    folders = (path.parent for path in SHELF.glob("*/model.onnx"))
    return sorted(
        folder.name for folder in folders if "[outfit]" not in (folder / "card.toml").read_text("utf-8")
    )


@pytest.mark.parametrize("name", with_a_memory())
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
