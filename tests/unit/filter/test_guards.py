# SPDX-License-Identifier: GPL-2.0-or-later
"""Which sources the room guards are looked after on, and until when."""

from __future__ import annotations

import pytest

from obs_bgremove.filter.guards.guards import Guards

SOURCE = 1_000_001


class Obs:
    """Sources that come and go at one address."""

    def __init__(self, gpu):
        #: The weak references so far; those that still lead to a source.
        self.weak = 0
        self.alive: set[int] = set()
        self.looked_at = 0
        gpu.obs_source_get_weak_source = self.get_weak_source
        gpu.obs_weak_source_get_source = lambda weak: SOURCE if weak in self.alive else None
        gpu.obs_source_enum_filters = self.enum_filters

    def get_weak_source(self, _source):
        self.weak += 1
        self.alive.add(self.weak)
        return self.weak

    def enum_filters(self, _source, _callback, _parameter):
        self.looked_at += 1


@pytest.fixture
def obs(gpu):
    """Return a stand-in for OBS."""
    return Obs(gpu)


def test_a_source_at_the_address_of_one_that_is_gone_is_looked_after(obs):
    guards = Guards()
    guards.watch(SOURCE)
    obs.alive.clear()
    guards.watch(SOURCE)
    for look in (1, 2):
        guards.look_after()
        assert obs.looked_at == look


def test_a_source_that_two_filters_are_on_is_looked_at_once(obs):
    guards = Guards()
    guards.watch(SOURCE)
    guards.watch(SOURCE)
    guards.look_after()
    assert obs.looked_at == 1
    assert obs.weak == 1
