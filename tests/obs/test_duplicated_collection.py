# SPDX-License-Identifier: GPL-2.0-or-later
"""A scene collection is duplicated in OBS' own menu: script and room guard are in the copy, too."""

from __future__ import annotations

import json

from obs_bgremove import room_guard, scene_files
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import numbered
from tests.obs.hands import Hands, needs_hands
from tests.obs.stage import BLUE, filtered, one_scene, open_obs, wait_until_running

SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}
COPY = "Copy"


def current(obs):
    return obs.ws.get_scene_collection_list().current_scene_collection_name


def duplicate(obs, hands):
    """Choose Scene Collection > Duplicate and give the copy its name."""
    main = hands.wait("^OBS [0-9]")
    hands.press(main, "alt+s")
    # The menu begins with New and Duplicate, and its first entry is chosen already.
    hands.keys("Down", "Return")
    dialog = hands.wait("Scene Collection")
    hands.press(dialog, "ctrl+a")
    hands.keys(*COPY, "Return")
    wait_for(lambda: current(obs) == COPY, "the copy is shown", 30)


@needs_hands
def test_the_copy_has_script_and_guard(tmp_path, data_home, numbered_clip):
    things = one_scene(collection.clip("Clip", numbered_clip, [filtered(SETTINGS)]))
    with open_obs(tmp_path, data_home, things) as obs:
        wait_until_running(obs)
        duplicate(obs, Hands(obs.display))
        wait_until_running(obs)
        numbered.assert_hidden([obs.screenshot("Clip")])
        for name in ("Test", COPY):
            obs.switch_collection(name)
            wait_until_running(obs)
            numbered.assert_hidden([obs.screenshot("Clip")])
        report = obs.stop()
        assert (report.code, report.leaks) == (0, 0), report.log[-3000:]
        for name in ("Test", COPY):
            saved = json.loads(obs.scenes_file(name).read_text("utf-8"))
            assert scene_files.lists_script(saved)
            (clip,) = [one for one in saved["sources"] if one["name"] == "Clip"]
            assert [room_guard.is_guard(one) for one in clip["filters"]] == [True, False]
        # A start without our script: the guard of the copy hides the room.
        saved["modules"]["scripts-tool"] = []
        obs.scenes_file(COPY).write_text(json.dumps(saved), "utf-8")
        obs.start(COPY)
        numbered.assert_hidden(obs.frames(obs.record(0.5)))
