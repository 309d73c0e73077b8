# SPDX-License-Identifier: GPL-2.0-or-later
"""What new users want, in their words: each is found on the page at once, with all folds closed, and done."""

from __future__ import annotations

import pytest

from obs_bgremove import home as installed
from obs_bgremove.filter.options.remedies import REMEDIES
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.stage import SCRIPT, filtered, open_obs, status, wait_until_running

FILTER, MICROPHONE = "Background Removal", "Voice"


@pytest.fixture
def page(tmp_path, data_home, numbered_clip):
    """Return a page, with all folds closed, of a filter that was just added."""
    things = collection.collection(
        "Test",
        [
            collection.clip("Clip", numbered_clip, [filtered({"model": "green"})]),
            collection.source("ffmpeg_source", MICROPHONE, {}),
        ],
        [collection.scene("Scene", ["Clip", MICROPHONE])],
        scripts=[
            collection.script(SCRIPT),
            collection.script(installed.PROJECT / "tests" / "obs" / "page_script.py"),
        ],
    )
    with open_obs(tmp_path, data_home, things) as obs:
        wait_until_running(obs)
        yield Page(obs)


class Page:
    """What a person sees of the page, and does with it."""

    def __init__(self, obs):
        self.obs = obs
        self.open()

    def open(self):
        self._ask("open", source="Clip", filter=FILTER)

    def _ask(self, what, **data):
        return self.obs.vendor(what, data or {"all": True}, vendor="page")

    def sees(self, name):
        """Return what is seen of a property; nothing if it is not seen."""
        found = self._ask("read", name=name)
        return found if found.get("visible") else {}

    def chooses(self, name, value):
        """Choose an entry of a list that is seen."""
        assert value in [one["value"] for one in self.sees(name)["values"]]
        self._ask("change", name=name, value=value)

    def presses(self, name):
        """Press a button that is seen."""
        assert self.sees(name)
        self._ask("press", name=name)

    def settings(self):
        return self.obs.ws.get_source_filter("Clip", FILTER).filter_settings


def test_put_yourself_before_a_beach(page):
    assert page.sees("shown_background")["description"] == "Background"
    page.chooses("shown_background", "beach")
    assert (page.settings()["background"], page.settings()["background_preset"]) == ("preset", "beach")


def test_hide_who_walks_behind(page):
    assert page.sees("keep")["description"] == "Whom to keep"
    page.chooses("keep", "front")
    wait_for(lambda: "Only the person in front is kept" in status(page.obs)["kept"], "it does")


def test_your_lips_and_voice_are_apart(page):
    delay = status(page.obs)["delay_milliseconds"]
    assert delay > 20
    assert "choose your microphone" in status(page.obs)["text"]
    assert page.sees("microphone")["description"] == "Microphone to delay"
    page.chooses("microphone", MICROPHONE)

    def in_step():
        offset = page.obs.ws.get_input_audio_sync_offset(MICROPHONE).input_audio_sync_offset
        return abs(offset - status(page.obs)["delay_milliseconds"]) <= 1

    wait_for(in_step, "the voice comes as late as the picture")
    wait_for(lambda: "Picture and microphone are delayed" in status(page.obs)["text"], "it is said")


def test_it_stutters(page):
    # On a machine that is too slow for OBS the button is there, else the list.
    if page.sees("set_up_for"):
        page.chooses("set_up_for", "low_power")
    else:
        assert page.sees("remedy")["description"] == 'Set it up for "Low power"'
        page.presses("remedy")
    lighter = REMEDIES["lighter"].values
    wait_for(lambda: lighter.items() <= page.settings().items(), "it is set up for low power")


@pytest.mark.parametrize(
    ("settings", "condition", "why", "button"),
    [
        ({"model": "gone"}, "problem", 'no model named "gone"', "automatic"),
        ({"area_left": 60.0, "area_right": 40.0}, "problem", "The area is empty", "whole_picture"),
        (
            {"background": "image", "background_path": "/no.png"},
            "problem",
            "/no.png does not exist",
            "preset",
        ),
    ],
)
def test_why_is_it_black(page, settings, condition, why, button):
    page.obs.ws.set_source_filter_settings("Clip", FILTER, settings, True)
    wait_for(lambda: why in status(page.obs)["problem"], "it is noticed")
    page.open()
    shown = page.sees("status")
    assert "Problem" in shown["description"]
    assert why in shown["help"].replace("\u200b", "").replace("&quot;", '"')
    assert page.sees("remedy")["description"] == REMEDIES[button].label
    page.presses("remedy")
    wait_for(lambda: not status(page.obs)["problem"], "nothing is wrong any more")
