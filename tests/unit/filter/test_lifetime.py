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
