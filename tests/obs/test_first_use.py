# SPDX-License-Identifier: GPL-2.0-or-later
"""The scene collection that install.py offers after the installation, in a real OBS."""

from __future__ import annotations

from pathlib import Path

from obs_bgremove import scene_files
from obs_bgremove.private_obs.wait import wait_for
from obs_bgremove.setup import first_use
from tests.obs.stage import open_obs, statuses


def test_obs_opens_it_with_the_camera_and_the_filter(tmp_path, data_home):
    first_use.write(tmp_path, Path("/dev/video0"))
    made = scene_files.read(tmp_path / "Background_Removal.json")
    with open_obs(tmp_path / "obs", data_home, made) as obs:
        (status,) = wait_for(lambda: statuses(obs), "the filter")
        assert (status["source"], status["filter"]) == ("Camera", "Background Removal")
        assert obs.ws.get_current_program_scene().current_program_scene_name == "Background Removal"
        items = obs.ws.get_scene_item_list("Background Removal").scene_items
        assert [(one["sourceName"], one["sceneItemEnabled"]) for one in items] == [("Camera", True)]
