# SPDX-License-Identifier: GPL-2.0-or-later
"""The properties page in a real OBS."""

from __future__ import annotations

import pytest

from obs_bgremove import home as installed
from obs_bgremove.demo import collection
from tests.obs.stage import SCRIPT, filtered, open_obs, wait_until_running

FILTER = "Background Removal"


@pytest.fixture
def obs(tmp_path, test_home, numbered_clip):
    """Return an OBS with the filter, whose background source, model and device are not there."""
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
    with open_obs(tmp_path, test_home, things) as opened:
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
