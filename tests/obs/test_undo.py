# SPDX-License-Identifier: GPL-2.0-or-later
"""Removed and brought back in OBS' own window, by mouse and keyboard: undo holds what was removed."""

from __future__ import annotations

import time

import pytest

from obs_bgremove import room_guard
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import numbered
from tests.obs.hands import Hands, needs_hands
from tests.obs.stage import BLUE, filtered, one_scene, open_obs, statuses, wait_until_running

SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}

pytestmark = needs_hands


@pytest.fixture
def window(tmp_path, data_home, numbered_clip):
    """Return an OBS with its preview, and the hands to use it."""
    things = one_scene(collection.clip("Clip", numbered_clip, [filtered(SETTINGS)]))
    with open_obs(tmp_path, data_home, things, preview=True) as obs:
        wait_until_running(obs)
        yield obs, Hands(obs.display)


def select_clip(obs, hands) -> str:
    """Select the clip in the list of sources and return the main window."""
    main = hands.wait("^OBS [0-9]")
    scene = obs.ws.get_scene_item_list("Scene").scene_items
    assert [one["sourceName"] for one in scene] == ["Clip"]
    hands.click(main, 273, 532)
    return main


def test_source_removed_and_undone(window):
    obs, hands = window
    for _round in range(2):
        main = select_clip(obs, hands)
        hands.press_until(main, "Delete", hands.asked, "OBS asks")
        hands.confirm()
        wait_for(lambda: not statuses(obs), "source and filter are gone", 30)
        obs.start_record()
        # Where OBS had to be asked again it has said so, and its window takes no keys meanwhile.
        hands.put_away("^Failed to start")
        hands.press_until(main, "ctrl+z", lambda: statuses(obs), "source and filter are back")
        wait_until_running(obs)
        # Frames with the person have to be in the recording.
        time.sleep(0.5)
        numbered.assert_hidden(obs.frames(obs.stop_record()))
    report = obs.stop()
    # After a recording OBS 29 leaks one allocation of its own now and then, without any filter.
    assert (report.code, report.leaks) in ((0, 0), (0, 1)), report.log[-3000:]
    assert "Traceback" not in report.log


def test_filter_removed_and_undone(window):
    obs, hands = window
    obs.ws.send("OpenInputFiltersDialog", {"inputName": "Clip"})
    dialog = hands.wait("^Filters for")
    # The dialog has to take clicks, which cannot be seen.
    time.sleep(1.0)
    # The list of effect filters begins about there, whatever the font: with the room guard, then ours.
    # A guard that is removed comes back, so the last row is the one to remove.
    for y in range(380, 470, 10):
        hands.click(dialog, 100, y)
    hands.press_until(dialog, "Delete", hands.asked, "OBS asks")
    hands.confirm()
    wait_for(lambda: not statuses(obs), "the filter is gone", 30)
    wait_for(lambda: not obs.ws.get_source_filter_list("Clip").filters, "its guard is gone, too", 30)
    hands.press_until(dialog, "Escape", lambda: not hands.find("^Filters for"), "the dialog is closed")
    hands.press_until(hands.wait("^OBS [0-9]"), "ctrl+z", lambda: statuses(obs), "the filter is back")
    wait_until_running(obs)
    numbered.assert_hidden([obs.screenshot("Clip")])
    kinds = [one["filterKind"] for one in obs.ws.get_source_filter_list("Clip").filters]
    assert kinds == [room_guard.VERSIONED_KIND, "obs_bgremove"]
    report = obs.stop()
    assert (report.code, report.leaks) == (0, 0), report.log[-3000:]
    assert "Traceback" not in report.log
