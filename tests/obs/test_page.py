# SPDX-License-Identifier: GPL-2.0-or-later
"""The properties page in a real OBS."""

from __future__ import annotations

import pytest

from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.stage import SCRIPT, filtered, open_obs, status, wait_until_running

FILTER = "Background Removal"


@pytest.fixture
def obs(tmp_path, data_home, numbered_clip):
    """Return an OBS with the filter, whose background source and device are not there."""
    settings = {"background": "source", "background_source": "Gone", "model": "green", "device": "cuda"}
    things = collection.collection(
        "Test",
        [collection.clip("Clip", numbered_clip, [filtered(settings)])],
        [collection.scene("Scene", ["Clip"])],
        scripts=[
            collection.script(SCRIPT),
            collection.script(installed.PROJECT / "tests" / "obs" / "page_script.py"),
        ],
    )
    with open_obs(tmp_path, data_home, things) as opened:
        wait_until_running(opened)
        yield opened


def read(obs, name):
    return obs.vendor("read", {"name": name}, vendor="page")


def values(obs, name):
    return [one["value"] for one in read(obs, name).get("values", [])]


def test_what_was_chosen_stays_in_its_list(obs):
    """OBS' page chooses the first of a list that does not have what was chosen."""
    obs.vendor("open", {"source": "Clip", "filter": FILTER}, vendor="page")
    assert values(obs, "background_source") == ["", "Scene", "Gone"]
    assert values(obs, "model")[0] == "auto" and "green" in values(obs, "model")
    assert values(obs, "device")[0] == "auto" and "cuda" in values(obs, "device")
    obs.ws.set_source_filter_settings("Clip", FILTER, {"background_source": "Scene"}, True)
    obs.vendor("open", {"source": "Clip", "filter": FILTER}, vendor="page")
    assert values(obs, "background_source") == ["", "Scene"]


def test_each_model_says_what_it_is(obs):
    obs.vendor("open", {"source": "Clip", "filter": FILTER}, vendor="page")
    lines = read(obs, "model")["help"].splitlines()
    assert "you can add your own" in lines[0]
    assert any(
        line.endswith(": For tests: everything with much green in it is foreground.") for line in lines
    )


def test_the_button_shows_the_status_of_now_on_the_open_page(obs):
    obs.vendor("open", {"source": "Clip", "filter": FILTER}, vendor="page")
    assert "alphas per second" in read(obs, "status")["description"]
    obs.ws.set_source_filter_enabled("Clip", FILTER, False)
    wait_for(lambda: status(obs)["state"] == "idle", "the filter rests")
    assert obs.vendor("press", {"name": "refresh"}, vendor="page")["laid_out_anew"]
    assert "The source is not shown anywhere" in read(obs, "status")["description"]


def test_the_list_of_filters_prints_nothing_into_the_script_log(obs):
    """OBS opens its script log when a script prints to stderr."""
    named = obs.vendor("name", {"id": "obs_bgremove"}, vendor="page")["name"]
    assert named == "Background Removal"
    # What Python prints on a thread that belongs to no script is logged so.
    assert "[Unknown Script]" not in obs.log()
    assert "Warning" not in obs.log()
