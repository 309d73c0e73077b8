# SPDX-License-Identifier: GPL-2.0-or-later
"""install.py's part in OBS' settings, with the files and the process of a real OBS."""

from __future__ import annotations

import pytest
from obsws_python.error import OBSSDKRequestError

from obs_bgremove import home, scene_files
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.instance import PrivateObs
from obs_bgremove.setup import scene_collections
from obs_bgremove.setup.errors import SetupError
from obs_bgremove.users_obs import users_settings


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
