# SPDX-License-Identifier: GPL-2.0-or-later
"""The microphone is delayed by as much as the picture, in a real OBS, and gets back what was the user's."""

from __future__ import annotations

import json

import pytest

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import networks
from tests.obs.stage import filtered, make_home, one_scene, open_obs, status, statuses, wait_until_running

FILTER, MICROPHONE = "Background Removal", "Voice"
#: What the user has set as the microphone's sync offset, in milliseconds.
OWN = 20
SETTINGS = {"model": "green", "microphone": MICROPHONE}


def voice():
    """Return a source with sound, as the microphone."""
    return collection.source("ffmpeg_source", MICROPHONE, {}, sync=OWN * 1_000_000)


def cameras(clip, *names, **settings):
    return [collection.clip(name, clip, [filtered({**SETTINGS, **settings})]) for name in names]


def offset(obs):
    """Return the microphone's sync offset in milliseconds."""
    return obs.ws.get_input_audio_sync_offset(MICROPHONE).input_audio_sync_offset


def wait_for_offset(obs, wanted, what):
    """Wait until the microphone's sync offset is what it should be, to 1 ms."""
    try:
        wait_for(lambda: abs(offset(obs) - wanted()) <= 1, what)
    except TimeoutError as error:
        raise AssertionError(f"{error}: {offset(obs)}\n{statuses(obs)}\n{obs.log()[-3000:]}") from error


def wait_until_in_step(obs, own=OWN):
    wait_until_running(obs, len(statuses(obs)))
    wait_for_offset(
        obs, lambda: own + max(one["delay_milliseconds"] for one in statuses(obs)), "the voice is in step"
    )
    assert all(one["delay_milliseconds"] > 20 for one in statuses(obs))


def wait_until_given_back(obs, own=OWN):
    wait_for_offset(obs, lambda: own, "the user's own offset is back")


@pytest.fixture(scope="module")
def home(tmp_path_factory, model_folders):
    """Return a data directory with a model that delays the picture by more frames than the others."""
    folder = tmp_path_factory.mktemp("slow")
    ballast = networks.ballast_for(110, folder / "scale")
    slow = networks.write_green_is_person(folder / "slow", ballast=ballast)
    return make_home(folder / "home", {**model_folders, "slow": slow})


@pytest.fixture
def obs(tmp_path, home, numbered_clip):
    """Return an OBS with the filter on "Camera", in step with the microphone."""
    with open_obs(tmp_path, home, one_scene(*cameras(numbered_clip, "Camera"), voice())) as opened:
        wait_until_in_step(opened)
        yield opened


def change(obs, **settings):
    obs.ws.set_source_filter_settings("Camera", FILTER, settings, True)


def test_it_follows_the_model_the_frame_rate_and_the_sync(obs):
    before = status(obs)["delay_milliseconds"]
    change(obs, model="slow")
    wait_for(
        lambda: status(obs)["delay_milliseconds"] > before + 20, "the slow model delays the picture more"
    )
    wait_until_in_step(obs)
    change(obs, model="green")
    # The picture's delay shrinks after 150 alphas: a busy machine takes its time for them.
    wait_for(lambda: status(obs)["delay_milliseconds"] <= before + 1, "the quick model delays it less", 300)
    wait_until_in_step(obs)
    video = obs.ws.get_video_settings()
    obs.ws.set_video_settings(15, 1, *([video.base_width, video.base_height] * 2))
    wait_for(lambda: status(obs)["delay_milliseconds"] > before + 20, "two frames last longer")
    wait_until_in_step(obs)
    change(obs, sync="lowest_latency")
    wait_until_given_back(obs)


def test_it_is_given_back_when_the_filter_is_off_removed_or_wants_none(obs):
    obs.ws.set_source_filter_enabled("Camera", FILTER, False)
    wait_until_given_back(obs)
    obs.ws.set_source_filter_enabled("Camera", FILTER, True)
    wait_until_in_step(obs)
    change(obs, microphone="")
    wait_until_given_back(obs)
    change(obs, microphone=MICROPHONE)
    wait_until_in_step(obs)
    obs.ws.remove_source_filter("Camera", FILTER)
    wait_until_given_back(obs)
    obs.ws.create_source_filter("Camera", FILTER, "obs_bgremove", SETTINGS)
    wait_until_in_step(obs)
    obs.ws.remove_input("Camera")
    wait_until_given_back(obs)


def test_it_stays_in_step_under_another_name(obs):
    obs.ws.set_input_name(MICROPHONE, "Another name")
    try:
        assert obs.ws.get_source_filter("Camera", FILTER).filter_settings["microphone"] == "Another name"
    finally:
        obs.ws.set_input_name("Another name", MICROPHONE)
    assert obs.ws.get_source_filter("Camera", FILTER).filter_settings["microphone"] == MICROPHONE
    wait_until_in_step(obs)
    assert not status(obs)["problem"]


def test_what_the_user_sets_meanwhile_is_kept(obs):
    obs.ws.set_input_audio_sync_offset(MICROPHONE, round(offset(obs)) + 30)
    wait_until_in_step(obs, OWN + 30)
    change(obs, microphone="")
    wait_until_given_back(obs, OWN + 30)


@pytest.mark.parametrize("crash", [False, True], ids=["closed", "crashed"])
def test_over_a_restart_it_is_neither_lost_nor_added_twice(obs, crash):
    if crash:
        # Whatever makes OBS save: a new scene does.
        obs.ws.create_scene("Other")
        wait_for(lambda: "Other" in obs.scenes_file().read_text(), "the collection is saved")
        obs.kill()
    else:
        obs.stop()
    (saved,) = [
        one for one in json.loads(obs.scenes_file().read_text())["sources"] if one["name"] == MICROPHONE
    ]
    assert saved["sync"] > OWN * 1_000_000, "it was saved while it was delayed"
    obs.start()
    wait_until_in_step(obs)
    obs.ws.set_source_filter_enabled("Camera", FILTER, False)
    wait_until_given_back(obs)


def test_two_filters_agree_on_the_longer_delay(tmp_path, home, numbered_clip):
    slow, quick = (
        collection.clip(model, numbered_clip, [filtered({**SETTINGS, "model": model})])
        for model in ("slow", "green")
    )
    with open_obs(tmp_path, home, one_scene(slow, quick, voice())) as obs:

        def longer():
            delays = {one["source"]: one["delay_milliseconds"] for one in statuses(obs)}
            return delays["slow"] > delays["green"] + 20

        wait_until_running(obs, 2)
        wait_for(longer, "the slow model delays its picture more", 300)
        wait_until_in_step(obs)
        obs.ws.remove_input("slow")
        wait_for(lambda: len(statuses(obs)) == 1, "the filter is gone")
        wait_until_in_step(obs)
        obs.ws.remove_input("green")
        wait_until_given_back(obs)


def test_a_microphone_that_is_not_there_is_a_problem_that_is_named(obs):
    obs.ws.remove_input(MICROPHONE)
    wait_for(lambda: f'The microphone "{MICROPHONE}" is not there' in status(obs)["problem"], "it is said")
    change(obs, microphone="")
    wait_for(lambda: not status(obs)["problem"], "nothing is wrong any more")
