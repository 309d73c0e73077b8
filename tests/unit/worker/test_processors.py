# SPDX-License-Identifier: GPL-2.0-or-later
"""How many processors rest, by what the system says."""

from __future__ import annotations

import pytest

from obs_bgremove.worker import processors
from obs_bgremove.worker.processors import Idle, _Times

FOUR = 4


@pytest.fixture
def machine(monkeypatch):
    """Return a function that sets what the system says next, of a machine with four processors."""
    monkeypatch.setattr(processors, "count", lambda: FOUR)

    def says(times):
        monkeypatch.setattr(processors, "_times", lambda: times)

    return says


@pytest.mark.parametrize(("idle", "expected"), [(0, 0.0), (100, 1.0), (400, 4.0), (401, 4.0), (-1, 0.0)])
def test_it_is_what_rested_since_it_was_asked_before(machine, idle, expected):
    machine(_Times(1000, 500))
    asked = Idle()
    machine(_Times(1400, 500 + idle))
    assert asked.read() == expected


def test_where_no_time_has_passed_nobody_knows(machine):
    machine(_Times(1000, 500))
    assert Idle().read() == -1.0


def test_a_system_that_counts_no_times_is_asked_for_its_load(machine, monkeypatch):
    machine(None)
    monkeypatch.setattr(processors.os, "getloadavg", lambda: (1.5, 0, 0), raising=False)
    assert Idle().read() == 2.5
    monkeypatch.setattr(processors.os, "getloadavg", lambda: (9.0, 0, 0), raising=False)
    assert Idle().read() == 0.0


def test_what_runs_with_low_priority_counts_as_resting(monkeypatch, tmp_path):
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 20 30 400 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n")
    monkeypatch.setattr(processors, "Path", lambda _name: stat)
    assert processors._linux_times() == _Times(576, 425)
    for odd in ("", "cpu", "cpu a b c d\n", "cpu 1 2\n"):
        stat.write_text(odd)
        assert processors._linux_times() is None


def test_this_very_machine_has_processors():
    asked = Idle()
    assert processors.count() >= 1
    assert -1.0 <= asked.read() <= processors.count()
