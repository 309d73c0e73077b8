# SPDX-License-Identifier: GPL-2.0-or-later
"""Control from outside with a real client: each request, and the event."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
from functools import partial

import obsws_python
import pytest

from obs_bgremove.filter.options.settings import PRESETS
from obs_bgremove.home import PROJECT
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.stage import filtered, one_scene, open_obs, statuses, wait_until_running

FILTER = "Background Removal"
SETTINGS = {"model": "green", "background": "blur"}


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home, numbered_clip):
    """Return an OBS with the filter on two sources."""
    sources = [collection.clip(name, numbered_clip, [filtered(SETTINGS)]) for name in ("One", "Two")]
    with open_obs(tmp_path_factory.mktemp("remote"), data_home, one_scene(*sources)) as opened:
        wait_until_running(opened, 2)
        yield opened


@pytest.fixture
def events(obs):
    """Return a queue of the events that another client hears."""
    heard = queue.Queue()

    def on_vendor_event(event):
        if event.vendor_name == "obs_bgremove":
            heard.put((event.event_type, event.event_data))

    client = obsws_python.EventClient(host="127.0.0.1", port=obs.address.port, password=obs.address.password)
    client.callback.register(on_vendor_event)
    yield heard
    client.disconnect()


def chosen(obs, source):
    return obs.ws.get_source_filter(source, FILTER).filter_settings


def who(answer):
    assert answer["error"] == ""
    return sorted(one["source"] for one in answer["filters"])


def test_the_status_has_the_condition_and_sentences(obs):
    found = wait_until_running(obs, 2)
    assert sorted(one["source"] for one in found) == ["One", "Two"]
    for one in found:
        assert one["condition"] == "running"
        # (On a machine that is too slow for OBS, that stands between them.)
        assert one["text"].startswith("Running. ") and " Picture delayed by " in one["text"]


def test_each_name_that_it_answers_can_be_set(obs):
    names = obs.vendor("get_names")
    assert [one["name"] for one in names["backgrounds"]] == ["transparent", "blur", "color", *PRESETS]
    for one in names["backgrounds"]:
        assert who(obs.vendor("set_background", {"name": one["title"]})) == ["One", "Two"]
        shown = chosen(obs, "One")
        assert one["name"] in (shown["background"], shown.get("background_preset"))
    for one in names["uses"]:
        assert who(obs.vendor("set_up_for", {"name": one["name"]})) == ["One", "Two"]
    assert chosen(obs, "Two")["machine_share"] == "much"


def test_one_filter_is_chosen_by_its_source(obs):
    obs.vendor("set_background", {"name": "blur"})
    assert who(obs.vendor("set_background", {"name": "neon", "source": "Two", "filter": FILTER})) == ["Two"]
    assert chosen(obs, "One")["background"] == "blur"
    assert chosen(obs, "Two")["background_preset"] == "neon"
    assert who(obs.vendor("next_background", {"source": "Two"})) == ["Two"]
    assert chosen(obs, "Two")["background_preset"] == "city_lights"
    assert who(obs.vendor("set_background", {"name": "One", "source": "Two"})) == ["Two"]
    assert chosen(obs, "Two")["background_source"] == "One"


def test_a_file_is_chosen_by_its_path_and_the_next_one_follows(obs, numbered_clip, tmp_path):
    portrait = PROJECT / "obs_bgremove" / "demo" / "portrait.jpg"
    for name in ("a.jpg", "b.jpg"):
        shutil.copy(portrait, tmp_path / name)
    assert who(obs.vendor("set_background", {"name": str(tmp_path / "a.jpg"), "source": "One"})) == ["One"]
    assert chosen(obs, "One")["background"] == "image"
    assert who(obs.vendor("next_background", {"source": "One"})) == ["One"]
    wait_for(lambda: chosen(obs, "One")["background_path"] == str(tmp_path / "b.jpg"), "the next picture")
    assert who(obs.vendor("set_background", {"name": str(numbered_clip), "source": "One"})) == ["One"]
    shown = chosen(obs, "One")
    assert (shown["background"], shown["background_path"]) == ("video", str(numbered_clip))
    obs.vendor("set_background", {"name": "blur"})


@pytest.mark.parametrize(
    ("request_type", "data", "error"),
    [
        ("set_background", {"name": "moon"}, 'There is no background "moon". Use transparent'),
        ("set_background", {}, 'There is no background ""'),
        ("set_up_for", {"name": "cooking"}, 'It cannot be set up for "cooking". Use usual'),
        ("next_background", {"source": "Three"}, 'There is no Background Removal on a source "Three".'),
        ("next_background", {"filter": "F"}, 'There is no Background Removal called "F".'),
    ],
)
def test_what_cannot_be_done_is_said(obs, request_type, data, error):
    before = [chosen(obs, source) for source in ("One", "Two")]
    answer = obs.vendor(request_type, data)
    assert answer["error"].startswith(error)
    assert not answer.get("filters")
    assert [chosen(obs, source) for source in ("One", "Two")] == before


def test_a_name_of_another_type_chooses_no_more_filters_than_one_of_that_name(obs):
    obs.vendor("set_background", {"name": "blur"})
    for wrong in (7, 7.5, True, ["One"], {"name": "One"}):
        for key in ("source", "filter"):
            answer = obs.vendor("next_background", {key: wrong})
            assert answer["error"] and not answer.get("filters")
    assert [chosen(obs, source)["background"] for source in ("One", "Two")] == ["blur", "blur"]
    assert who(obs.vendor("set_background", {"name": "blur", "source": None})) == ["One", "Two"]
    obs.ws.set_input_name("One", "7")
    try:
        assert who(obs.vendor("set_background", {"name": "neon", "source": 7})) == ["7"]
    finally:
        obs.ws.set_input_name("7", "One")


def next_event(events, condition, problem="", source="One"):
    """Return the data of the next event about a condition of a source."""
    while True:
        kind, data = events.get(timeout=60)
        assert kind == "state_changed"
        if (data["condition"], data["source"]) == (condition, source) and problem in data["problem"]:
            assert data["text"] and "delay_milliseconds" in data
            return data


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be stopped for a while there")
def test_a_filter_whose_first_alpha_is_awaited_is_starting(obs, events):
    (worker,) = {one["worker_pid"] for one in wait_until_running(obs, 2)}
    os.kill(worker, signal.SIGSTOP)
    try:
        obs.ws.create_source_filter("Scene", FILTER, "obs_bgremove", SETTINGS)
        next_event(events, "starting", source="Scene")
    finally:
        os.kill(worker, signal.SIGCONT)
    next_event(events, "running", source="Scene")
    obs.ws.remove_source_filter("Scene", FILTER)
    wait_for(lambda: len(statuses(obs)) == 2, "the end of the third filter")


def test_a_change_of_the_condition_is_an_event(obs, events):
    wait_for_event = partial(next_event, events)
    for source in ("One", "Two"):
        obs.ws.set_source_filter_settings(source, FILTER, SETTINGS, True)
    wait_until_running(obs, 2)
    obs.ws.set_source_filter_enabled("One", FILTER, False)
    wait_for_event("paused")
    obs.ws.set_source_filter_enabled("One", FILTER, True)
    wait_for_event("running")
    # The picture is gone, the person is still there.
    obs.ws.set_source_filter_settings(
        "One", FILTER, {"background": "image", "background_path": "/no.png"}, True
    )
    assert wait_for_event("problem", "/no.png does not exist")["remedy"] == "preset"
    obs.ws.set_source_filter_settings("One", FILTER, {"background": "blur"}, True)
    wait_for_event("running")
    # A model that is not there, and none before it that could go on: nobody is shown.
    obs.ws.create_source_filter("Scene", FILTER, "obs_bgremove", {"model": "gone"})
    assert wait_for_event("hidden", '"gone"', "Scene")["remedy"] == "automatic"
    obs.ws.set_source_filter_settings("Scene", FILTER, {"model": "green"}, True)
    wait_for_event("running", source="Scene")
    obs.ws.remove_source_filter("Scene", FILTER)
    wait_for(lambda: len(statuses(obs)) == 2, "the end of the third filter")


def test_the_examples_for_other_programs_work(obs):
    """The JSON that the page about it shows is what people copy."""
    text = (PROJECT / "obs_bgremove" / "REMOTE.md").read_text(encoding="utf-8")
    examples = [json.loads(one) for one in re.findall(r"```json\n(.*?)\n```", text, re.DOTALL)]
    vendor, settings, raw = examples
    vendor["requestData"]["source"] = settings["sourceName"] = "One"
    assert who(obs.ws.send("CallVendorRequest", vendor, raw=True)["responseData"]) == ["One"]
    assert chosen(obs, "One")["background_preset"] == "neon"
    obs.ws.send("SetSourceFilterSettings", settings, raw=True)
    assert chosen(obs, "One")["edge_softness"] == 2.0
    answer = obs.ws.send(raw["requestType"], raw["requestData"], raw=True)["responseData"]
    assert who(answer) == ["One", "Two"]
    wait_for(lambda: chosen(obs, "One")["background_preset"] == "city_lights", "the next background")
    assert all(one["condition"] for one in obs.vendor("get_status")["filters"])


def test_the_program_that_the_page_shows_works(obs):
    text = (PROJECT / "obs_bgremove" / "REMOTE.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)\n```", text, re.DOTALL)
    program = program.replace("4455", str(obs.address.port)).replace('"..."', repr(obs.address.password))
    wait_until_running(obs, 2)
    running = subprocess.Popen(
        [sys.executable, "-u", "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        answer = running.stdout.readline()
        assert "'error': ''" in answer and "'source': 'One'" in answer
        assert chosen(obs, "One")["machine_share"] == "little"
        running.stdout.read(len("Enter ends it."))
        obs.ws.set_source_filter_enabled("One", FILTER, False)
        assert "One paused\n" in iter(running.stdout.readline, "")
        running.stdin.write("\n")
        running.stdin.close()
        assert running.wait(30) == 0
    finally:
        running.kill()
        obs.ws.set_source_filter_enabled("One", FILTER, True)
