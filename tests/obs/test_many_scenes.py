# SPDX-License-Identifier: GPL-2.0-or-later
"""OBS clears many scenes, at its end and when the scene collection changes, and none of them is left.

With each scene OBS 32 may read from one that is freed already, with or without a filter (see
``obs_bgremove/obs/clearing.py``). With so many it ends badly each time, unless somebody holds them.
"""

from __future__ import annotations

from obs_bgremove.private_obs import collection
from tests.obs.stage import BLUE, SCRIPT, filtered, open_obs, wait_until_running

SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}
MANY = 40


def test_many_scenes_are_cleared(tmp_path, data_home):
    camera = collection.color("Camera", (0, 255, 0), (640, 360), [filtered(SETTINGS)])
    sources = [collection.color(f"Source {one}", (one, 0, 0), (64, 36)) for one in range(MANY)]
    scenes = [collection.scene(f"Scene {one}", [f"Source {one}"]) for one in range(MANY)]
    scripts = [collection.script(SCRIPT)]
    many = collection.collection(
        "Many", [camera, *sources], [collection.scene("Scene", ["Camera"]), *scenes], scripts=scripts
    )
    few = collection.collection("Few", [], [collection.scene("Empty", [])], scripts=scripts)
    with open_obs(tmp_path, data_home, [many, few]) as obs:
        for _round in range(2):
            wait_until_running(obs)
            obs.switch_collection("Few")
            obs.switch_collection("Many")
        wait_until_running(obs)
        report = obs.stop()
    assert report.cleared, report.log[-3000:]
    assert (report.code, report.leaks) == (0, 0)
