# SPDX-License-Identifier: GPL-2.0-or-later
"""The properties page in a real OBS."""

from __future__ import annotations

import os
import shutil
import subprocess
import time

import pytest

from obs_bgremove import home as installed
from obs_bgremove.filter.options.open_page import OpenPage
from obs_bgremove.filter.options.settings import PRESETS
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.hands import Hands, needs_hands
from tests.obs.stage import SCRIPT, filtered, open_obs, status, wait_until_running

FILTER = "Background Removal"
#: Where OBS' window Filters has the second of the effect filters and its button "Defaults" (29 and 32).
OUR_FILTER, DEFAULTS = (150, 447), (325, 696)


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
    open_page(obs)
    assert values(obs, "background_source") == ["", "Scene", "Gone"]
    assert values(obs, "model")[0] == "auto" and "green" in values(obs, "model")
    assert values(obs, "device")[0] == "auto" and "cuda" in values(obs, "device")
    obs.ws.set_source_filter_settings("Clip", FILTER, {"background_source": "Scene"}, True)
    open_page(obs)
    assert values(obs, "background_source") == ["", "Scene"]


def test_each_model_says_what_it_is(obs):
    open_page(obs)
    lines = read(obs, "model")["help"].splitlines()
    assert "you can add your own" in lines[0]
    assert any(
        line.endswith(": For tests: everything with much green in it is foreground.") for line in lines
    )


def open_page(obs):
    obs.vendor("open", {"source": "Clip", "filter": FILTER}, vendor="page")


def press(obs, name):
    assert obs.vendor("press", {"name": name}, vendor="page")["laid_out_anew"]


def change(obs, name, value):
    return obs.vendor("change", {"name": name, "value": value}, vendor="page")["laid_out_anew"]


def chosen(obs):
    return obs.ws.get_source_filter("Clip", FILTER).filter_settings


def test_the_button_shows_the_status_of_now_on_the_open_page(obs):
    open_page(obs)
    assert "alphas per second" in read(obs, "numbers")["description"]
    obs.ws.set_source_filter_enabled("Clip", FILTER, False)
    wait_for(lambda: status(obs)["state"] == "idle", "the filter rests")
    press(obs, "refresh")
    assert "The source is not shown anywhere" in read(obs, "status")["help"]
    assert "alphas per second" not in read(obs, "numbers")["description"]


def test_the_line_at_the_top_has_a_word_and_a_colour(obs):
    """OBS shows a text as normal (0), a warning (1) or an error (2)."""
    open_page(obs)
    shown = read(obs, "status")
    assert "Problem<" in shown["description"] and shown["mark"] == 1
    assert "“Gone” does not exist" in shown["help"]
    obs.ws.set_source_filter_settings("Clip", FILTER, {"background": "blur"}, True)
    wait_for(lambda: status(obs)["condition"] == "running", "nothing is wrong")
    open_page(obs)
    shown = read(obs, "status")
    assert "Running" in shown["description"]
    # On a machine that is too slow for OBS it runs, with a warning.
    assert ("color:#2fa04f" in shown["description"]) == (shown["mark"] == 0)
    obs.ws.set_source_filter_settings("Clip", FILTER, {"model": "<i>no</i>"}, True)
    wait_for(lambda: status(obs)["problem"], "there is no such model")
    open_page(obs)
    assert "&lt;i&gt;no&lt;/i&gt;" in read(obs, "status")["help"], "a name is no HTML"


def test_a_button_mends_what_a_setting_can_mend(obs):
    open_page(obs)
    assert read(obs, "remedy")["description"] == "Show the preset instead"
    press(obs, "remedy")
    wait_for(lambda: status(obs)["condition"] == "running", "nothing is wrong any more")
    assert chosen(obs)["background"] == "preset"
    open_page(obs)
    # A machine that is too slow for OBS has another button.
    assert read(obs, "remedy").get("description") != "Show the preset instead"


def test_what_it_is_set_up_for_sets_several_settings_and_is_always_true(obs):
    obs.ws.set_source_filter_settings("Clip", FILTER, {"model": "auto", "device": "auto"}, True)
    open_page(obs)
    assert chosen(obs)["set_up_for"] == "usual"
    assert change(obs, "set_up_for", "low_power")
    assert (chosen(obs)["machine_share"], chosen(obs)["refinement"]) == ("little", False)
    assert change(obs, "shown_background", "blur")
    assert chosen(obs)["set_up_for"] == "low_power"
    assert change(obs, "refinement", True), "the list shows something else now"
    assert chosen(obs)["set_up_for"] == ""
    assert change(obs, "color_cleaning", True)
    assert chosen(obs)["set_up_for"] == "gaming"
    assert not change(obs, "color_cleaning", True), "nothing to lay out again: the control keeps the focus"
    # Its own name is nothing to choose: what is true is shown again.
    obs.ws.set_source_filter_settings("Clip", FILTER, {"set_up_for": "best_picture"}, True)
    assert chosen(obs)["machine_share"] == "little"
    open_page(obs)
    assert chosen(obs)["set_up_for"] == "gaming"


@pytest.mark.parametrize(
    ("fold", "folded"),
    [
        ("advanced", ("numbers", "refresh", "model", "sync", "invert", "area_left", "machine_share", "view")),
        ("looks", ("edge_shift", "brighten", "outline", "light_wrap", "background_fit")),
    ],
)
def test_a_fold_is_closed_until_its_button_opens_it(obs, fold, folded):
    open_page(obs)
    assert not any(read(obs, name)["visible"] for name in folded)
    assert read(obs, "microphone")["visible"] and read(obs, "keep")["visible"]
    closed = read(obs, fold)["description"]
    press(obs, fold)
    assert all(read(obs, name)["visible"] for name in folded)
    assert read(obs, fold)["description"] != closed
    open_page(obs)
    assert all(read(obs, name)["visible"] for name in folded), "it stays open"
    press(obs, fold)
    assert not any(read(obs, name)["visible"] for name in folded)
    assert read(obs, fold)["description"] == closed


def test_one_step_leads_before_a_beach(obs):
    open_page(obs)
    offered = values(obs, "shown_background")
    assert set(PRESETS) < set(offered) and "preset" not in offered
    assert chosen(obs)["shown_background"] == "source"
    assert change(obs, "shown_background", "beach")
    assert (chosen(obs)["background"], chosen(obs)["background_preset"]) == ("preset", "beach")
    assert not change(obs, "shown_background", "office"), (
        "nothing to lay out again: the list keeps the keyboard"
    )
    assert chosen(obs)["background_preset"] == "office"
    # Its own name is nothing to choose: what is true is shown again.
    values_of_others = {"shown_background": "beach", "background": "blur"}
    obs.ws.set_source_filter_settings("Clip", FILTER, values_of_others, True)
    open_page(obs)
    assert chosen(obs)["shown_background"] == "blur" == chosen(obs)["background"]


@pytest.mark.parametrize(
    ("settings", "shown", "hidden"),
    [
        ({"background": "transparent"}, (), ("blur", "depth_look", "background_color", "tint")),
        ({"background": "blur"}, ("blur", "depth_look", "tint", "light_wrap"), ("light_matching",)),
        ({"background": "blur", "invert": True}, ("blur",), ("depth_look", "background_fit")),
        ({"background": "color"}, ("background_color",), ("tint", "background_path")),
        ({"background": "image"}, ("background_path", "background_fit"), ("background_color", "blur")),
        ({"background": "image", "background_fit": "contain"}, ("background_color",), ("blur",)),
        ({"background": "preset"}, ("light_matching",), ("background_preset", "suiting_background")),
        ({"background": "auto"}, ("suiting_background", "background_preset", "outfit_folder"), ("blur",)),
        ({"sync": "lowest_latency"}, (), ("microphone",)),
    ],
)
def test_what_applies_is_shown(obs, settings, shown, hidden):
    obs.ws.set_source_filter_settings("Clip", FILTER, {**settings, "looks": True}, True)
    open_page(obs)
    assert [name for name in shown if not read(obs, name)["visible"]] == []
    assert [name for name in hidden if read(obs, name)["visible"]] == []


def test_next_stands_beside_what_has_a_next_one(obs, tmp_path):
    obs.ws.set_source_filter_settings("Clip", FILTER, {"background": "blur"}, True)
    wait_for(lambda: status(obs)["condition"] == "running", "nothing is wrong")
    open_page(obs)
    assert not read(obs, "next_background")["visible"]
    change(obs, "shown_background", "beach")
    assert read(obs, "next_background")["visible"] == (read(obs, "status")["mark"] == 0)
    press(obs, "next_background")
    following = list(PRESETS)[list(PRESETS).index("beach") + 1]
    wait_for(lambda: chosen(obs)["background_preset"] == following, "the next preset")
    change(obs, "shown_background", "image")
    assert not read(obs, "next_background")["visible"], "no file is chosen yet"
    for name in ("a", "b"):
        shutil.copy(installed.PROJECT / "obs_bgremove" / "demo" / "portrait.jpg", tmp_path / f"{name}.jpg")
    change(obs, "background_path", str(tmp_path / "a.jpg"))
    # On a machine that is too slow for OBS, what to do about that takes its place.
    assert read(obs, "next_background")["visible"] == (read(obs, "status")["mark"] == 0)
    press(obs, "next_background")
    wait_for(lambda: chosen(obs)["background_path"] == str(tmp_path / "b.jpg"), "the second picture")


def page_in_obs(obs, settings, **written):
    """Set the filter and show its page in OBS' window Filters; return (hands, window).

    ``written``: what the page writes into the settings once it is there.
    """
    obs.ws.set_source_filter_settings("Clip", FILTER, settings, True)
    wait_for(lambda: len(obs.ws.get_source_filter_list("Clip").filters) == 2, "the room guard is there")
    obs.ws.send("OpenInputFiltersDialog", {"inputName": "Clip"}, raw=True)
    hands = Hands(obs.display)
    window = hands.wait("Clip")
    hands.picture(window)
    hands.click(window, *OUR_FILTER)
    wait_for(lambda: written.items() <= chosen(obs).items(), "the page is shown")
    return hands, window


@needs_hands
def test_obs_button_defaults_leaves_what_the_lists_show_true(obs):
    changed = {"model": "auto", "device": "auto", "machine_share": "little", "looks": True}
    preset = {"background": "preset", "background_preset": "beach", "keep": "front"}
    hands, window = page_in_obs(obs, {**changed, **preset}, set_up_for="gaming")
    hands.click(window, *DEFAULTS)

    def reset():
        # OBS 32 asks, 29 does not.
        question = hands.find("^Reset")
        if question:
            hands.press(question, "Return")
        return chosen(obs).get("keep", "everyone") == "everyone"

    wait_for(reset, "the settings are the defaults")
    open_page(obs)
    shown = chosen(obs)
    assert (shown["set_up_for"], shown["shown_background"]) == ("usual", "transparent")
    assert not read(obs, "edge_shift")["visible"], "the folds are closed"


def asked(obs, what):
    return obs.vendor("built", vendor="page")[what]


@pytest.mark.skipif(not shutil.which("xdotool"), reason="needs xdotool to open a menu")
def test_it_is_not_built_again_while_something_is_open(obs):
    """OBS goes on with the control that opened a dialog or a list, and crashes if that is gone."""

    def mouse(*words):
        subprocess.run(["xdotool", *words], env={**os.environ, "DISPLAY": obs.display}, check=True)

    obs.ws.set_source_filter_settings("Clip", FILTER, {"background": "blur"}, True)
    wait_for(lambda: status(obs)["condition"] == "running", "nothing is wrong")
    open_page(obs)
    mouse("mousemove", "18", "12", "click", "1")  # OBS' menu "File"
    wait_for(lambda: not asked(obs, "at_rest"), "the menu is open")
    background = {"background": "image", "background_path": "/no.png"}
    obs.ws.set_source_filter_settings("Clip", FILTER, background, True)
    before = asked(obs, "count")  # obs-websocket asks, too, when it changes settings
    wait_for(lambda: "/no.png" in status(obs)["problem"], "it is noticed")
    # It stays as it is: there is nothing to wait for.
    time.sleep(3.0)
    assert asked(obs, "count") == before
    mouse("mousemove", "600", "200", "click", "1")
    wait_for(lambda: asked(obs, "count") > before, "it is built again when the menu is closed")


@pytest.fixture
def window(obs):
    """Return (hands, window): OBS' window Filters with our page, blur and the numbers on it."""
    # The handle of the slider is in its middle.
    settings = {"background": "blur", "blur": 50.0, "device": "auto", "advanced": True}
    scene = obs.ws.get_current_program_scene().current_program_scene_name
    obs.ws.create_input(scene, "Voice", "ffmpeg_source", {}, True)
    # A machine that is too slow for OBS has other rows on the page.
    video = obs.ws.get_video_settings()
    obs.ws.set_video_settings(5, 1, *([video.base_width, video.base_height] * 2))
    shown = page_in_obs(obs, {**settings, "microphone": "Voice"}, shown_background="blur")
    open_page(obs)
    return shown


def control(obs, hands, window, kind):
    """Return where the first control of a class of Qt is on the page, in pixels of the display."""
    x, y, width, height = hands.place(window)
    # (The lower half, beside the list of filters.)
    part = {"class": kind, "x": x + 300, "y": y + height // 2, "width": width - 300, "height": height // 2}

    def stands_still():
        calm = not status(obs)["remedy"]
        first, second = (obs.vendor("where", part, vendor="page") for _ in range(2))
        return second if calm and first == second else None

    found = wait_for(stands_still, f"a {kind} on the page")
    return found["x"], found["y"]


def click_into(obs, hands, window, kind, happened, what):
    """Click into a control; again where the page was built anew at that very moment."""

    def taken():
        hands.hold(*control(obs, hands, window, kind))
        hands.let_go()
        try:
            return wait_for(happened, what, 3)
        except TimeoutError:
            return False

    wait_for(taken, what)


def goes_on(obs, what):
    """Wait until the numbers on the page are new."""
    before = asked(obs, "count")
    wait_for(lambda: asked(obs, "count") > before, what)


def stays(obs):
    """Wait, and check that the page is not built again meanwhile."""
    wait_for(lambda: asked(obs, "used") or not asked(obs, "at_rest"), "somebody is in a control")
    before = asked(obs, "count")
    # There is nothing to wait for.
    time.sleep(2 * OpenPage.NUMBERS)
    assert asked(obs, "count") == before


@needs_hands
def test_numbers_refresh_by_themselves_and_wait_for_who_types(obs, window):
    goes_on(obs, "nobody is in a control")
    hands, dialog = window
    click_into(obs, hands, dialog, "QLineEdit", lambda: asked(obs, "used"), "somebody is in a control")
    hands.keys("ctrl+a", "7")
    stays(obs)
    hands.keys("3")
    wait_for(lambda: chosen(obs)["blur"] == 73.0, "the number is typed to its end")
    stays(obs)
    hands.click(dialog, *OUR_FILTER)
    goes_on(obs, "nobody is in a control any more")


@needs_hands
def test_numbers_wait_for_a_list_that_is_open(obs, window):
    hands, dialog = window
    click_into(obs, hands, dialog, "QComboBox", lambda: not asked(obs, "at_rest"), "the list is open")
    stays(obs)
    hands.keys("Home", "Return")
    wait_for(lambda: chosen(obs)["background"] == "transparent", "the first entry is chosen")


@needs_hands
def test_a_slider_that_is_held_is_not_taken_from_the_hand(obs, window):
    hands, dialog = window
    wait_for(lambda: not status(obs)["problem"], "nothing is wrong")

    def taken():
        place = control(obs, hands, dialog, "QSlider")
        hands.hold(*place)
        try:
            wait_for(lambda: asked(obs, "held"), "it is held", 3)
        except TimeoutError:
            # The page was built again at that very moment.
            hands.let_go()
            return None
        return place

    x, y = wait_for(taken, "the slider is taken")
    before = chosen(obs)["blur"]
    hands.move(x + 20, y)
    wait_for(lambda: chosen(obs)["blur"] != before, "it is moved")
    first = chosen(obs)["blur"]
    obs.ws.remove_input("Voice")
    wait_for(lambda: status(obs)["problem"], "something is wrong meanwhile")
    stays(obs)
    hands.move(x - 60, y)
    wait_for(lambda: chosen(obs)["blur"] < first, "it is moved farther")
    before = asked(obs, "count")
    hands.let_go()
    wait_for(lambda: asked(obs, "count") > before, "what is wrong is shown")


def test_the_list_of_filters_prints_nothing_into_the_script_log(obs):
    """OBS opens its script log when a script prints to stderr."""
    named = obs.vendor("name", {"id": "obs_bgremove"}, vendor="page")["name"]
    assert named == "Background Removal"
    # What Python prints on a thread that belongs to no script is logged so.
    assert "[Unknown Script]" not in obs.log()
    assert "Warning" not in obs.log()
