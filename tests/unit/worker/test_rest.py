# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures are taken while nothing else runs, if that comes soon."""

from __future__ import annotations

import pytest

from obs_bgremove.worker.measure import rest


@pytest.fixture
def machine(monkeypatch):
    """Return a function that sets how many of four processors rest at each look; a look takes a second."""
    clock = [0.0]
    monkeypatch.setattr(rest.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(rest.time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    monkeypatch.setattr(rest.processors, "count", lambda: 4)

    def resting(*looks):
        left = list(looks)

        class Idle:
            def read(self):
                return left.pop(0) if len(left) > 1 else left[0]

        monkeypatch.setattr(rest.processors, "Idle", Idle)
        return clock

    return resting


@pytest.mark.parametrize(
    ("looks", "rests", "seconds"),
    [
        ((3.9,), True, 1),
        ((2.0,), True, 1),
        ((0.1, 1.9, 0.5, 3.0), True, 4),
        ((1.9,), False, 20),
        ((-1.0,), True, 1),
    ],
    ids=["at rest", "half of it", "after a while", "never", "nobody knows"],
)
def test_it_waits_for_a_machine_at_rest_but_not_for_long(machine, looks, rests, seconds):
    clock = machine(*looks)
    assert rest.wait() is rests
    assert clock[0] == seconds
