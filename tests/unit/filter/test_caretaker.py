# SPDX-License-Identifier: GPL-2.0-or-later
"""When the filters are looked after."""

from __future__ import annotations

import threading

import pytest

from obs_bgremove.filter.caretaker import Caretaker


class Filter:
    """A filter that OBS puts on its source after some looks at it."""

    def __init__(self, looks):
        self.looks = looks
        self.settled = threading.Event()

    @property
    def arriving(self):
        return self.looks > 0

    def look_after(self):
        self.looks -= 1
        if self.looks <= 0:
            self.settled.set()


@pytest.fixture
def living():
    """Return the list of the filters that exist."""
    return []


@pytest.fixture
def caretaker(monkeypatch, living):
    """Return a caretaker that looks after filters only when it has to, on its own thread."""
    monkeypatch.setattr(Caretaker, "PERIOD", 3600.0)
    made = Caretaker(lambda: list(living))
    made.start(without_filters=lambda: None)
    yield made
    made.end()


def test_filters_are_looked_after_at_once_when_they_ask_for_it(living, caretaker):
    one = Filter(looks=1)
    living.append(one)
    caretaker.wake()
    assert one.settled.wait(30)


def test_a_filter_that_is_on_no_source_yet_is_soon_looked_at_again(living, caretaker):
    one = Filter(looks=3)
    living.append(one)
    caretaker.wake()
    assert one.settled.wait(30)
