# SPDX-License-Identifier: GPL-2.0-or-later
"""Our own models after minutes: training shows them a few frames, a stream is long."""

from __future__ import annotations

import numpy as np
import pytest

from export import probe
from export.card import SHELF
from export.runner import Runner

#: Of a drawn person who sways to and fro; so many before the memory is looked at, and then again.
SHORT, LONG = 100, 400


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SHELF.glob("*/model.onnx")))
def test_what_a_model_remembers_does_not_grow(name):
    runner = Runner(SHELF / name / "model.onnx")
    assert runner.recurrent
    there = probe.frames(runner.height, runner.width, 6)
    frames = [*there, *there[::-1]]
    largest, alphas = {}, {}
    for number in range(LONG):
        alpha = runner.alpha(frames[number % len(frames)])
        if number in (SHORT - 1, LONG - 1):
            largest[number + 1] = max(float(np.abs(value).max()) for value in runner.states.values())
        if number in (11, LONG - 1 - (LONG - 12) % 12):
            alphas[number] = alpha.astype(float)
    assert largest[LONG] < 1.1 * largest[SHORT] + 0.1
    early, late = alphas.values()
    assert (early > 127).mean() > 0.1  # the person
    assert np.abs(early - late).mean() < 3
