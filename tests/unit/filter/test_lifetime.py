# SPDX-License-Identifier: GPL-2.0-or-later
"""A filter is not destroyed while a thread asks it, and not asked once it is."""

from __future__ import annotations

import threading

import pytest

from obs_bgremove.filter.guards.guards import Guards
from obs_bgremove.filter.lifetime import Lifetime


@pytest.fixture
def lifetime(gpu):
    """Return the lifetime of a filter that is on no source."""
    return Lifetime(1_000_001, Guards(), lambda: None, lambda: None, None)


def test_the_end_waits_for_a_thread_that_asks(lifetime):
    with lifetime.alive() as alive:
        assert alive
        ending = threading.Thread(target=lifetime.end)
        ending.start()
        ending.join(0.2)
        assert ending.is_alive()
    ending.join(30)
    assert not ending.is_alive()


def test_after_the_end_nobody_asks(lifetime):
    with lifetime.alive() as alive:
        assert alive
    lifetime.end()
    with lifetime.alive() as alive:
        assert not alive


def test_a_failure_of_the_thread_that_asks_does_not_keep_the_filter(lifetime):
    with pytest.raises(ValueError, match="failed"), lifetime.alive():
        raise ValueError("failed")
    lifetime.end()
    with lifetime.alive() as alive:
        assert not alive


def test_after_the_end_nobody_listens_to_a_source_that_was_removed_and_is_still_held(gpu):
    source, handle, listening = 1_000_001, 1_000_002, []
    gpu.obs_enum_all_sources = lambda look, _parameter: look(None, source)
    gpu.obs_source_enum_filters = lambda parent, found, _parameter: found(parent, handle, None)
    for name in ("get_ref", "get_weak_source", "get_signal_handler"):
        setattr(gpu, f"obs_source_{name}", lambda asked: asked)
    gpu.obs_weak_source_get_source = lambda weak: weak
    gpu.obs_hotkey_register_source = lambda *_arguments: 1
    gpu.signal_handler_connect = lambda one, signal, *_rest: listening.append((one, signal))
    gpu.signal_handler_disconnect = lambda one, signal, *_rest: listening.remove((one, signal))
    lifetime = Lifetime(handle, Guards(), lambda: None, lambda: None, None)
    lifetime.bind()
    assert (source, b"reorder_filters") in listening
    gpu.obs_source_removed = lambda _source: True
    lifetime.end()
    assert not listening
