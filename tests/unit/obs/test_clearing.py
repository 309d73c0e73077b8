# SPDX-License-Identifier: GPL-2.0-or-later
"""What is held while OBS clears its scenes, and until when."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from obs_bgremove.obs import clearing, frontend
from obs_bgremove.obs.clearing import Clearing

CHANGED, EXIT, CLEANUP, CHANGING, SHUTDOWN = 13, 17, 25, 34, 36
#: Sources by their handles, and their types: input, filter, transition, scene; one is being destroyed.
TYPES, DYING = {10: 0, 11: 1, 12: 2, 13: 3, 14: 0}, 14


@pytest.fixture
def send(monkeypatch):
    """Return a function that sends events, and returns the references held after them."""
    callbacks, held = [], []

    def enum_all_sources(callback, parameter):
        assert all(callback(parameter, source) for source in TYPES)

    def get_ref(source):
        if source == DYING:
            return None
        held.append(source)
        return source

    lib = SimpleNamespace(
        obs_enum_all_sources=enum_all_sources,
        obs_source_get_type=TYPES.get,
        obs_source_get_ref=get_ref,
        obs_source_release=held.remove,
        obs_frontend_add_event_callback=lambda callback, _parameter: callbacks.append(callback),
    )
    monkeypatch.setattr(clearing, "lib", lib)
    monkeypatch.setattr(frontend, "lib", lib)
    Clearing().watch()

    def sent(*events):
        for event in events:
            callbacks[0](event, None)
        return held

    return sent


@pytest.mark.parametrize("begins", [CHANGING, SHUTDOWN])
@pytest.mark.parametrize("ends", [CLEANUP, CHANGED, EXIT])
def test_scenes_and_inputs_are_held_until_they_are_cleared(send, begins, ends):
    assert send() == []
    assert send(begins) == [10, 13]
    assert send(ends) == []


def test_each_is_held_once(send):
    assert send(CHANGING, CHANGING, SHUTDOWN) == [10, 13]
    assert send(CLEANUP, CHANGED, EXIT) == []
