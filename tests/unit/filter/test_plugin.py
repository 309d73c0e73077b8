# SPDX-License-Identifier: GPL-2.0-or-later
"""When the filters are looked after."""

from __future__ import annotations

import threading

import pytest

from obs_bgremove.filter import plugin as plugin_module
from obs_bgremove.filter.plugin import Plugin


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
def plugin(monkeypatch):
    """Return a plugin that looks after filters only when it has to, on its own thread."""
    monkeypatch.setattr(Plugin, "PERIOD", 3600.0)
    made = Plugin()
    thread = threading.Thread(target=made._look_after)
    thread.start()
    yield made
    made._ending = True
    made._wake()
    thread.join()


def living(monkeypatch, *filters):
    monkeypatch.setattr(plugin_module.registration, "living", lambda: list(filters))


def test_filters_are_looked_after_at_once_when_they_ask_for_it(monkeypatch, plugin):
    one = Filter(looks=1)
    living(monkeypatch, one)
    plugin._wake()
    assert one.settled.wait(30)


def test_a_filter_that_is_on_no_source_yet_is_soon_looked_at_again(monkeypatch, plugin):
    one = Filter(looks=3)
    living(monkeypatch, one)
    plugin._wake()
    assert one.settled.wait(30)
