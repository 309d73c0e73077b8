# SPDX-License-Identifier: GPL-2.0-or-later
"""Backgrounds that come after the filter, where nothing is looked after unless it is asked for."""

from __future__ import annotations

from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import near
from tests.obs.stage import BLUE, SCRIPT, filtered, open_obs, status, wait_until_running

FILTER = "Background Removal"
ORANGE = (0, 128, 255)
SETTINGS = {
    "background": "source",
    "background_source": "Late",
    "background_fit": "stretch",
    "background_color": BLUE,
    "model": "green",
}


def things(clip, *others):
    """Return a collection with the filter on a clip, and with other sources in a scene that is not shown."""
    return collection.collection(
        "Test",
        [collection.clip("Clip", clip, [filtered(SETTINGS)]), *others],
        [collection.scene("Scene", ["Clip"]), collection.scene("Other", [one["name"] for one in others])],
        scripts=[
            collection.script(installed.PROJECT / "tests" / "obs" / "unhurried_script.py"),
            collection.script(SCRIPT),
        ],
    )


def shown(obs, color):
    """Return whether the corner of the canvas has a colour."""
    return near(obs.screenshot()[5, 5], color)


def test_a_source_that_is_loaded_after_the_filter(tmp_path, data_home, numbered_clip):
    late = collection.color("Late", ORANGE, (64, 36))
    with open_obs(tmp_path, data_home, things(numbered_clip, late)) as obs:
        wait_until_running(obs)
        wait_for(lambda: shown(obs, ORANGE), "the source is the background")
        report = obs.stop()
        assert report.code == 0
        assert "does not exist" not in report.log


def test_a_source_that_comes_while_nobody_looks(tmp_path, data_home, numbered_clip):
    with open_obs(tmp_path, data_home, things(numbered_clip)) as obs:
        wait_until_running(obs)
        wait_for(lambda: shown(obs, (255, 0, 0)), "the colour stands in")
        obs.ws.set_current_program_scene("Other")
        wait_for(lambda: status(obs)["state"] == "idle", "nobody looks")
        obs.ws.create_input("Other", "Late", "color_source_v3", {"color": 0xFF0080FF}, False)
        obs.ws.set_current_program_scene("Scene")
        wait_for(lambda: shown(obs, ORANGE), "the source is the background")
        assert obs.stop().code == 0


def test_a_source_that_gets_another_name_stays_the_background(tmp_path, data_home, numbered_clip):
    late = collection.color("Late", ORANGE, (64, 36))
    with open_obs(tmp_path, data_home, things(numbered_clip, late)) as obs:
        wait_until_running(obs)
        wait_for(lambda: shown(obs, ORANGE), "the source is the background")
        obs.ws.set_input_name("Late", "Ünï 日本 %s")
        assert obs.ws.get_source_filter("Clip", FILTER).filter_settings["background_source"] == "Ünï 日本 %s"
        assert obs.stop().code == 0
        obs.start()
        wait_until_running(obs)
        wait_for(lambda: shown(obs, ORANGE), "it is the background after a restart, too")
        assert not status(obs)["problem"]
        assert obs.stop().leaks == 0


def test_another_background_is_shown_at_once(tmp_path, data_home, numbered_clip):
    with open_obs(tmp_path, data_home, things(numbered_clip)) as obs:
        wait_until_running(obs)
        for settings, color in (
            ({"background_color": 0xFF0080FF}, ORANGE),
            ({"background": "color", "background_color": BLUE}, (255, 0, 0)),
            ({"background_color": 0xFF0080FF}, ORANGE),
        ):
            obs.ws.set_source_filter_settings("Clip", FILTER, settings, True)
            wait_for(lambda color=color: shown(obs, color), "the other background is shown")
        assert obs.stop().code == 0
