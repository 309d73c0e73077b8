# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the last composite may stand."""

from __future__ import annotations

import pytest

from obs_bgremove.filter.frames import stall as module
from obs_bgremove.filter.frames.stall import Stall


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that stands still until it is set: ``clock[0]`` in seconds."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def alphas(stall, clock, count, gap):
    for _ in range(count):
        clock[0] += gap
        stall.progress()


def test_a_fast_model_is_given_a_second(clock):
    stall = Stall()
    alphas(stall, clock, 100, 1 / 30)
    clock[0] += 0.9
    assert not stall.over()
    clock[0] += 0.2
    assert stall.over()


def test_a_slow_model_is_given_more_and_never_too_much(clock):
    stall = Stall()
    alphas(stall, clock, 200, 0.8)
    assert stall.patience == pytest.approx(3.2, abs=0.1)
    alphas(stall, clock, 200, 60.0)
    assert stall.patience == pytest.approx(Stall.LONGEST)


def test_a_stall_does_not_make_the_next_one_be_noticed_late(clock):
    stall = Stall()
    alphas(stall, clock, 100, 1 / 30)
    alphas(stall, clock, 1, 30.0)
    assert stall.patience < 1.1


def test_a_hidden_source_has_no_stall(clock):
    stall = Stall()
    alphas(stall, clock, 10, 1 / 30)
    clock[0] += 60
    stall.resume()
    assert not stall.over()
