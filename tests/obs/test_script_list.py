# SPDX-License-Identifier: GPL-2.0-or-later
"""The script comes into the list of every collection that holds the filter, and no second time."""

from __future__ import annotations

import json
import sys

import pytest

from obs_bgremove import scene_files
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import numbered
from tests.obs.stage import (
    BLUE,
    SCRIPT,
    filter_in_a_new_collection,
    filtered,
    one_scene,
    open_obs,
    statuses,
    wait_until_running,
)

SETTINGS = {"background": "color", "background_color": BLUE, "model": "green", "edge_shift": -1.5}
FILTER = "Background Removal"
ELSEWHERE = "/moved/away/obs_bgremove/obs_script.py"
OTHER = collection.script("/somewhere/clock.lua", {"zone": "UTC"})


@pytest.fixture
def clip(numbered_clip):
    """Return the numbered clip as a source with the filter."""
    return collection.clip("Clip", numbered_clip, [filtered(SETTINGS)])


def holding(name, clip, *scripts):
    """Return a collection whose only source has the filter."""
    return {**one_scene(clip, name=name), "modules": {"scripts-tool": list(scripts), "other": {"kept": 1.5}}}


def listed(obs, name=None):
    """Return the paths in the script list of a collection's file."""
    data = json.loads(obs.scenes_file(name).read_text("utf-8"))
    return [entry["path"] for entry in data["modules"]["scripts-tool"]]


def modules(obs, name):
    """Return what the file of a collection keeps of OBS' modules; None if it keeps nothing."""
    return json.loads(obs.scenes_file(name).read_text("utf-8")).get("modules")


def hidden(obs):
    """Assert that the filter runs and that the room is not seen."""
    (told,) = wait_until_running(obs)
    assert told["problem"] == ""
    numbered.assert_hidden([obs.screenshot("Clip")])


def test_collections_that_do_not_list_it_get_it_when_obs_loads_them(tmp_path, data_home, clip, numbered_clip):
    collections = [
        one_scene(clip),
        holding("Unlisted", clip, OTHER),
        holding("Moved", clip, collection.script(ELSEWHERE, {"kept": True})),
        holding("Listed", clip, collection.script(SCRIPT)),
        {**one_scene(collection.clip("Bare", numbered_clip), name="Bare"), "modules": {"scripts-tool": []}},
    ]
    with open_obs(tmp_path, data_home, collections) as obs:
        hidden(obs)
        for name in ("Unlisted", "Moved", "Listed"):
            obs.switch_collection(name)
            hidden(obs)
        obs.switch_collection("Bare")
        wait_for(lambda: not statuses(obs), "the old collection is gone")
        obs.switch_collection("Test")
        hidden(obs)
        report = obs.stop()
        assert report.code == 0
        assert "Traceback" not in report.log
        # OBS leaves out of the list what it cannot find, as ever: here the clock.
        assert listed(obs, "Unlisted")[-1:] == [str(SCRIPT)]
        assert listed(obs, "Moved") == listed(obs, "Listed") == listed(obs, "Test") == [str(SCRIPT)]
        assert listed(obs, "Bare") == []
        # What comes out of OBS lists it: OBS starts with the filter.
        obs.start("Unlisted")
        hidden(obs)
        assert obs.stop().code == 0
        assert listed(obs, "Unlisted").count(str(SCRIPT)) == 1


def test_collections_imported_and_made_are_healed_when_obs_has_closed(tmp_path, data_home, clip):
    with open_obs(tmp_path, data_home, one_scene(clip)) as obs:
        hidden(obs)
        imported = {
            **one_scene(clip, name="Imported"),
            "modules": {"scripts-tool": [OTHER], "other": {"a": 1}},
        }
        bare = {key: value for key, value in imported.items() if key != "modules"}
        for name, things in (("Imported", imported), ("Imported bare", bare)):
            obs.scenes_file(name).write_text(json.dumps({**things, "name": name}), "utf-8")
        bad = obs.scenes_file("Bad")
        bad.write_text('{"sources": [{"filters": [{"id": "obs_bgremove"', "utf-8")
        filter_in_a_new_collection(obs, "Made", SETTINGS)
        assert obs.stop().code == 0
        assert listed(obs, "Made") == [str(SCRIPT)]
        assert modules(obs, "Imported") == {
            "scripts-tool": [OTHER, collection.script(SCRIPT)],
            "other": {"a": 1},
        }
        assert modules(obs, "Imported bare") == {"scripts-tool": [collection.script(SCRIPT)]}
        assert bad.read_text("utf-8").endswith('"obs_bgremove"')
        for name in ("Made", "Imported bare"):
            obs.start(name)
            wait_until_running(obs)
            assert obs.stop().code == 0
            assert listed(obs, name) == [str(SCRIPT)]


def test_a_link_to_the_script_is_the_script(tmp_path, data_home, clip, monkeypatch):
    """OBS runs it by its real folder, and the list has no second copy beside it."""
    monkeypatch.chdir(tmp_path)  # OBS' Python looks for packages in the folder that OBS is started in, too
    link = tmp_path / "scripts" / "background.py"
    link.parent.mkdir()
    link.symlink_to(SCRIPT)
    first, second = (holding(name, clip, collection.script(link)) for name in ("Test", "Other"))
    with open_obs(tmp_path / "obs", data_home, [first, second]) as obs:
        hidden(obs)
        obs.switch_collection("Other")
        hidden(obs)
        assert obs.stop().code == 0
        assert listed(obs, "Test") == listed(obs, "Other") == [str(link)]
        assert all(
            scene_files.lists_script(scene_files.read(obs.scenes_file(name))) for name in ("Test", "Other")
        )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds OBS' scripting library as on Linux")
def test_one_of_two_copies_removed_is_no_problem(tmp_path, data_home, clip):
    """The list has the script and a link to it; the user removes the one, and the other one goes on."""
    link = tmp_path / "background.py"
    link.symlink_to(SCRIPT)
    operator = SCRIPT.parent.parent / "tests" / "obs" / "operator_script.py"
    things = holding("Test", clip, collection.script(operator), collection.script(SCRIPT))
    with open_obs(tmp_path / "obs", data_home, things, environment={"OPERATOR_SCRIPT": str(link)}) as obs:
        hidden(obs)
        obs.vendor("do", {"do": "remove"}, vendor="operator")
        hidden(obs)
        report = obs.stop()
        assert report.code == 0
        assert "does not list the filter's script" not in report.log
