# SPDX-License-Identifier: GPL-2.0-or-later
"""install.py's part in OBS' settings, with the files and the process of a real OBS."""

from __future__ import annotations

import pytest
from obsws_python.error import OBSSDKRequestError

from obs_bgremove import home, room_guard, scene_files
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.instance import PrivateObs
from obs_bgremove.private_obs.wait import wait_for
from obs_bgremove.setup import command, scene_collections
from obs_bgremove.setup.errors import SetupError
from obs_bgremove.users_obs import users_settings
from tests.obs.stage import BLUE, filtered, open_obs, wait_until_running


@pytest.fixture
def users_obs(tmp_path, monkeypatch):
    """Return an OBS, running, whose settings install.py takes for the user's."""
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "data"))
    things = collection.collection(
        "Mine", [collection.color("Red", (0, 0, 255), (64, 64))], [collection.scene("Scene", ["Red"])]
    )
    with PrivateObs(tmp_path / "user", things, size=(320, 180)) as obs:
        monkeypatch.setattr(users_settings, "configurations", lambda: [obs.configuration])
        yield obs


def test_refused_while_obs_runs_then_the_script_is_there_once(users_obs):
    obs = users_obs
    before = obs.scenes_file().read_bytes()
    with pytest.raises(SetupError, match=f"process {obs.pid}.*close OBS"):
        scene_collections.add()
    assert obs.scenes_file().read_bytes() == before

    assert obs.stop().code == 0
    assert scene_collections.add()[0] == [obs.scenes_file()]
    obs.start()
    assert obs.vendor("get_status")["filters"] == []
    assert obs.stop().code == 0
    # OBS has rewritten the file by now; the script is still known in it.
    assert scene_collections.add()[1] == [obs.scenes_file()]
    data = scene_files.read(obs.scenes_file())
    assert len(data["modules"]["scripts-tool"]) == 1

    scene_collections.remove(filters=False)
    obs.start()
    assert "Red" in {thing["inputName"] for thing in obs.ws.get_input_list().inputs}
    with pytest.raises(OBSSDKRequestError, match="vendor"):
        obs.vendor("get_status")
    assert obs.stop().code == 0


def test_a_checkout_that_moved_is_repaired_in_every_collection_and_uninstalled(
    tmp_path, monkeypatch, data_home, capsys
):
    """From the new place install.py mends all of them; its removal takes filter and guard out of all."""
    settings = {"background": "color", "background_color": BLUE, "model": "green"}
    moved = collection.script("/the/old/place/obs_bgremove/obs_script.py")
    closed = collection.effect("color_filter_v2", room_guard.NAME, dict(room_guard.SETTINGS))
    source = collection.color("Red", (0, 0, 255), (64, 64), [closed, filtered(settings)])
    scene = collection.scene("Scene", ["Red"])
    things = [collection.collection(name, [source], [scene], scripts=[moved]) for name in ("Test", "Other")]
    with open_obs(tmp_path / "user", data_home, things, size=(64, 64)) as obs:
        monkeypatch.setenv(home.VARIABLE, str(tmp_path / "data"))
        home.write_record({"flavour": "cpu"})
        monkeypatch.setattr(users_settings, "configurations", lambda: [obs.configuration])
        assert obs.screenshot("Scene")[32, 32, 2] == 0, "the script is gone: the guard hides the room"
        assert obs.stop().code == 0
        assert len(scene_collections.add().changed) == 2
        obs.start()
        wait_until_running(obs)
        assert obs.screenshot("Scene")[32, 32, 2] == 0
        obs.switch_collection("Other")
        wait_until_running(obs)
        assert obs.stop().code == 0

        assert command.main(["--uninstall", "--yes"]) == 0
        assert (
            "The scene collection Other has the filter or its room guard on: Red." in capsys.readouterr().out
        )
        for name in ("Test", "Other"):
            obs.start(name)
            assert obs.ws.get_source_filter_list("Red").filters == []
            wait_for(lambda: obs.screenshot("Scene")[32, 32, 2] == 255, "the source is as it was")
            assert obs.stop().code == 0
