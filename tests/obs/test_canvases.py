# SPDX-License-Identifier: GPL-2.0-or-later
"""A filter on a scene of a further canvas, which OBS 31.1 and newer have."""

from __future__ import annotations

import json

import pytest

from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import near, settled
from tests.obs.stage import BLUE, SCRIPT, open_obs, status, wait_until_running

SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}
HOTKEYS = {
    f"obs_bgremove.{name}"
    for name in ("next_background", "suiting_background", "keep_background", "hide_room", "show_room")
}
RED, GREEN = (0, 0, 255), (0, 255, 0)


def hotkeys(obs):
    return HOTKEYS & set(obs.ws.get_hot_key_list().hotkeys)


def test_a_scene_of_another_canvas(tmp_path, data_home):
    maker = installed.PROJECT / "tests" / "obs" / "more_canvases_script.py"
    things = collection.collection(
        "Test",
        [collection.color("Plain", GREEN, (640, 360)), collection.color("Room", RED, (640, 360))],
        [collection.scene("Scene", ["Plain", "Room"])],
        scripts=[collection.script(SCRIPT), collection.script(maker)],
    )
    environment = {"CANVAS_FILTER": json.dumps(SETTINGS)}
    with open_obs(tmp_path, data_home, things, environment=environment) as obs:
        version = obs.ws.get_version().obs_version
        if tuple(map(int, version.split(".")[:2])) < (31, 1):
            pytest.skip(f"OBS {version} has one canvas")
        obs.vendor("make", {"source": "Plain"}, vendor="more_canvases")
        wait_until_running(obs)
        assert status(obs)["source"] == "Upright"
        wait_for(lambda: hotkeys(obs) == HOTKEYS, "the hotkeys are those of the scene", 10)
        background = {"background": "source", "background_source": "Upright", "model": "green"}
        obs.ws.create_source_filter("Room", "Background Removal", "obs_bgremove", background)
        wait_until_running(obs, 2)
        # All of this source is room. The scene of the other canvas is a person everywhere.
        settled(obs, "Room", lambda picture: near(picture[180, 320], GREEN))
        report = obs.stop()
    assert "Traceback" not in report.log, report.log[report.log.index("Traceback") :][:3000]
    assert report.cleared, report.log[-3000:]
    assert (report.code, report.leaks) == (0, 0)
