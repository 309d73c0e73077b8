# SPDX-License-Identifier: GPL-2.0-or-later
"""How the installation says what took how long."""

from __future__ import annotations

from obs_bgremove.setup import stopwatch


def test_parts_are_added_up_by_name_and_said_in_their_order(monkeypatch):
    moments = iter([0.0, 3.0, 3.0, 4.0, 4.0, 6.0])
    monkeypatch.setattr(stopwatch.time, "monotonic", lambda: next(moments))
    watch = stopwatch.Stopwatch()
    for name in ("packages", "measuring", "packages"):
        with watch.part(name):
            pass
    assert watch.sentence() == "This took 6 s: packages 5 s, measuring 1 s."
