# SPDX-License-Identifier: GPL-2.0-or-later
"""What OBS' counters say about its last second."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from obs_bgremove.filter.effort import counters
from obs_bgremove.filter.effort.counters import Counted, Counters
from obs_bgremove.filter.report.meters import Meter


def counted(*rows):
    """Return counters that saw (second, frames, lagged, encoded, skipped)."""
    made = Counters()
    for row in rows:
        made.add(Counted(*row))
    return made


@pytest.mark.parametrize(
    ("rows", "trouble"),
    [
        ([], ""),
        ([(0, 0, 0, 0, 0)], ""),
        ([(0, 100, 0, 0, 0), (1, 130, 3, 0, 0)], ""),
        ([(0, 100, 0, 0, 0), (1, 130, 4, 0, 0)], "lagged"),
        ([(0, 100, 50, 0, 0), (1, 130, 50, 0, 0)], ""),
        ([(0, 100, 0, 100, 0), (1, 130, 0, 130, 4)], "skipped"),
        # Of the last second alone.
        ([(0, 100, 0, 0, 0), (1, 130, 30, 0, 0), (2, 160, 30, 0, 0)], ""),
        ([(0, 100, 0, 0, 0), (0.5, 115, 10, 0, 0)], ""),
        # The source was not drawn meanwhile.
        ([(0, 100, 0, 0, 0), (10, 400, 200, 0, 0)], ""),
        # OBS counts from 0 again, after a change of its video settings.
        ([(0, 1000, 500, 1000, 500), (1, 30, 0, 30, 0)], ""),
    ],
)
def test_a_second_is_bad_if_more_than_a_tenth_of_its_frames_is_late(rows, trouble):
    assert counted(*rows).trouble() == trouble


def test_the_counters_are_looked_at_some_times_a_second(monkeypatch):
    asked = []
    now = SimpleNamespace(value=0.0)
    monkeypatch.setattr(counters.time, "monotonic", lambda: now.value)
    monkeypatch.setattr(
        counters,
        "lib",
        SimpleNamespace(
            obs_get_video=lambda: 7,
            video_output_get_total_frames=lambda _video: asked.append(now.value) or 0,
            video_output_get_skipped_frames=lambda _video: 0,
            obs_get_total_frames=lambda: 60,
            obs_get_lagged_frames=lambda: 0,
        ),
    )
    made = Counters()
    for frame in range(120):
        now.value = frame / 60
        made.sample()
    assert 8 <= len(asked) <= 11


def test_the_meter_knows_which_part_of_the_pictures_was_new():
    meter = Meter()
    assert meter.new_pictures() is None
    for inference in (1, 0, 1, 0, 1, 0, 1, 0):
        meter.count(inference)
    assert meter.new_pictures() == 0.5


def test_the_meter_counts_all_alphas():
    meter = Meter()
    for _ in range(2000):
        meter.count(1)
    assert meter.total == 2000
