# SPDX-License-Identifier: GPL-2.0-or-later
"""With OBS' hotkeys locked nobody asks for the filters of a source: OBS locks both in the other order."""

from __future__ import annotations

import pytest

from obs_bgremove.filter.guards.guards import Guards
from obs_bgremove.filter.lifetime import Lifetime

SOURCE, FILTER = 1_000_001, 1_000_002


class Obs:
    """One source with one filter, its hotkeys and its signals."""

    def __init__(self, gpu):
        self.enabled = True
        self.pressed = False
        #: Whether the hotkeys were locked, each time that somebody asked for the filters.
        self.asked: list[bool] = []
        self.hotkeys: dict[str, object] = {}
        self.signals: dict[bytes, object] = {}
        gpu.obs_enum_all_sources = lambda look, _parameter: look(None, SOURCE)
        gpu.obs_source_enum_filters = self.enum_filters
        for name in ("get_ref", "get_weak_source", "get_signal_handler"):
            setattr(gpu, f"obs_source_{name}", lambda source: source)
        gpu.obs_weak_source_get_source = lambda weak: weak
        gpu.obs_hotkey_register_source = self.register
        gpu.signal_handler_connect = lambda _handler, signal, callback, _data: self.signals.update(
            {signal: callback}
        )
        gpu.obs_source_enabled = lambda _source: self.enabled
        gpu.obs_source_set_enabled = self.set_enabled

    def enum_filters(self, source, callback, _parameter):
        self.asked.append(self.pressed)
        callback(source, FILTER, None)

    def register(self, _source, name, _description, callback, _data):
        self.hotkeys[name.decode()] = callback
        return len(self.hotkeys)

    def set_enabled(self, _source, enabled):
        self.enabled = enabled
        self.signals[b"enable"](None, None)

    def press(self, name):
        self.pressed = True
        self.hotkeys[f"obs_bgremove.{name}"](None, 1, None, True)
        self.pressed = False


@pytest.fixture
def obs(gpu):
    """Return a stand-in for OBS."""
    return Obs(gpu)


@pytest.mark.parametrize(("name", "before"), [("hide_room", False), ("show_room", True)])
def test_a_hotkey_that_switches_the_filter_leaves_the_guard_to_the_caretaker(obs, name, before):
    obs.enabled = before
    woken: list[None] = []
    lifetime = Lifetime(FILTER, Guards(), lambda: woken.append(None), lambda: None, None)
    lifetime.bind()
    obs.asked.clear()
    obs.press(name)
    assert obs.enabled is not before
    assert True not in obs.asked
    assert woken


def test_the_eye_of_the_filter_is_followed_at_once(obs):
    lifetime = Lifetime(FILTER, Guards(), lambda: None, lambda: None, None)
    lifetime.bind()
    obs.asked.clear()
    obs.press("show_room")
    obs.set_enabled(FILTER, True)
    assert obs.asked == [False]
