# SPDX-License-Identifier: GPL-2.0-or-later
"""When OBS is taken to close."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from obs_bgremove.obs import frontend

OTHER, EXIT, SCRIPTING_SHUTDOWN = 25, 17, 36


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((SCRIPTING_SHUTDOWN, EXIT), [1, 1]),
        ((EXIT,), [1]),
        ((OTHER, SCRIPTING_SHUTDOWN), [0, 1]),
        ((OTHER, EXIT, EXIT), [0, 1, 1]),
    ],
)
def test_the_action_runs_once_at_whichever_event_comes_first(monkeypatch, events, expected):
    callbacks, ends = [], []
    monkeypatch.setattr(
        frontend,
        "lib",
        SimpleNamespace(
            obs_frontend_add_event_callback=lambda callback, _parameter: callbacks.append(callback)
        ),
    )
    frontend.on_exit(lambda: ends.append(None))
    counts = []
    for event in events:
        callbacks[0](event, None)
        counts.append(len(ends))
    assert counts == expected
