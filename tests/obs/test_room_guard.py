# SPDX-License-Identifier: GPL-2.0-or-later
"""Where OBS does not run our script, the room guard hides the source; where it does, nobody notices it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from obs_bgremove import home as installed
from obs_bgremove import room_guard
from obs_bgremove.private_obs import collection, recording
from obs_bgremove.private_obs.own_process import OwnProcess
from obs_bgremove.private_obs.wait import wait_for
from obs_bgremove.users_obs import program
from tests.obs import hands, numbered
from tests.obs.stage import (
    BLUE,
    SCRIPT,
    filtered,
    one_scene,
    open_obs,
    wait_for_frames,
    wait_until_running,
)

SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}
FILTER = "Background Removal"
#: The list of the effect filters in OBS' window Filters, and where its first row ends at the earliest, in
#: pixels from the top (29, 30 and 32, whose rows are not equally high).
LIST, FIRST_ROW = slice(398, 675), 418


@pytest.fixture
def stage(tmp_path, data_home, numbered_clip):
    """Return a function that opens an OBS with the filter on the clip, and waits until it runs."""
    opened = []

    def start(*filters, script=SCRIPT):
        clip = collection.clip("Clip", numbered_clip, filters or [filtered(SETTINGS)])
        obs = open_obs(tmp_path / f"obs{len(opened)}", data_home, one_scene(clip, script=script))
        opened.append(obs)
        obs.start()
        wait_until_running(obs, sum(one["id"] == "obs_bgremove" for one in filters) or 1)
        return obs

    yield start
    for obs in opened:
        obs.close()


def filters(obs, source="Clip"):
    """Return the filters of a source in OBS' order: (name, whether it is enabled)."""
    found = obs.ws.get_source_filter_list(source).filters
    return [(one["filterName"], one["filterEnabled"]) for one in found]


def guarded(obs, *expected, source="Clip"):
    """Wait until a source has these filters."""
    wait_for(lambda: filters(obs, source) == list(expected), f"{expected} (now: {filters(obs, source)})", 15)


def room(obs):
    """Return how many pixels of a recorded moment show the room, frame by frame."""
    return [numbered.room_visible(frame) for frame in obs.frames(obs.record(1.0))]


def test_it_stands_below_the_filter_and_nobody_sees_it(stage):
    obs = stage()
    guarded(obs, (room_guard.NAME, True), (FILTER, True))
    seen = [numbered.room_visible(frame) for frame in obs.frames(obs.record(1.0))]
    numbered.assert_none(seen)
    obs.ws.set_source_filter_settings("Clip", FILTER, {"background": "blur", "blur": 1.0}, True)
    wait_for(lambda: min(room(obs)) > 10000, "a blur of the room, which lies below the guard")


def test_it_follows_the_filters_eye(stage):
    obs = stage()
    guarded(obs, (room_guard.NAME, True), (FILTER, True))
    obs.ws.set_source_filter_enabled("Clip", FILTER, False)
    guarded(obs, (room_guard.NAME, False), (FILTER, False))
    assert min(room(obs)) > 10000, "switched off, the filter shows the room"
    obs.ws.set_source_filter_enabled("Clip", FILTER, True)
    guarded(obs, (room_guard.NAME, True), (FILTER, True))
    numbered.assert_none(room(obs))


def test_switched_off_and_on_no_frame_is_empty(stage):
    obs = stage()
    guarded(obs, (room_guard.NAME, True), (FILTER, True))
    obs.start_record()
    for enabled in (False, True, False, True):
        obs.ws.set_source_filter_enabled("Clip", FILTER, enabled)
        wait_for(lambda now=enabled: filters(obs)[0][1] is now, "the guard follows")
    frames = list(obs.frames(obs.stop_record()))
    assert not [number for number, frame in enumerate(frames) if not frame.any()]


def test_it_goes_with_the_last_filter(stage):
    obs = stage(filtered(SETTINGS), filtered(SETTINGS, "Second"))
    guarded(obs, (room_guard.NAME, True), (FILTER, True), ("Second", True))
    obs.ws.remove_source_filter("Clip", FILTER)
    guarded(obs, (room_guard.NAME, True), ("Second", True))
    obs.ws.remove_source_filter("Clip", "Second")
    guarded(obs)
    assert min(room(obs)) > 10000


def test_one_for_two_filters_stands_below_the_one_that_is_switched_on(stage):
    obs = stage(filtered(SETTINGS), filtered(SETTINGS, "Second"))
    guarded(obs, (room_guard.NAME, True), (FILTER, True), ("Second", True))
    obs.ws.set_source_filter_enabled("Clip", FILTER, False)
    guarded(obs, (FILTER, False), (room_guard.NAME, True), ("Second", True))
    wait_until_running(obs, 2)
    numbered.assert_none(room(obs))
    obs.ws.set_source_filter_enabled("Clip", "Second", False)
    guarded(obs, (room_guard.NAME, False), (FILTER, False), ("Second", False))


def test_moved_removed_or_opened_it_comes_back(stage):
    crop = collection.effect("crop_filter", "Crop")
    delay = collection.effect("async_delay_filter", "Delay")
    obs = stage(crop, filtered(SETTINGS), delay)
    names = [("Crop", True), (room_guard.NAME, True), (FILTER, True), ("Delay", True)]
    guarded(obs, *names)
    for index in (0, 2, 3):
        obs.ws.set_source_filter_index("Clip", room_guard.NAME, index)
        guarded(obs, *names)
    obs.ws.set_source_filter_index("Clip", FILTER, 0)
    wait_for(
        lambda: [name for name, _ in filters(obs)][:2] == [room_guard.NAME, FILTER], "below it again", 15
    )
    obs.ws.remove_source_filter("Clip", room_guard.NAME)
    wait_for(lambda: [name for name, _ in filters(obs)][:2] == [room_guard.NAME, FILTER], "a new one", 15)
    obs.ws.set_source_filter_settings("Clip", room_guard.NAME, {"opacity": 1.0}, True)

    def closed():
        return obs.ws.get_source_filter("Clip", room_guard.NAME).filter_settings["opacity"] == 0.0

    wait_for(closed, "closed again", 15)
    numbered.assert_none(room(obs))


@pytest.mark.parametrize(
    ("before", "after"), [(room_guard.FORMER_NAME, room_guard.NAME), ("Keeps my room", "Keeps my room")]
)
def test_it_gets_the_name_of_today_unless_its_name_is_the_users(stage, before, after):
    guard = collection.effect(room_guard.VERSIONED_KIND, before, dict(room_guard.SETTINGS))
    obs = stage(guard, filtered(SETTINGS))
    guarded(obs, (after, True), (FILTER, True))


def test_a_setting_switches_it_off(stage):
    obs = stage()
    guarded(obs, (room_guard.NAME, True), (FILTER, True))
    obs.ws.set_source_filter_settings("Clip", FILTER, {"room_guard": False}, True)
    guarded(obs, (FILTER, True))
    obs.ws.set_source_filter_settings("Clip", FILTER, {"room_guard": True}, True)
    guarded(obs, (room_guard.NAME, True), (FILTER, True))


@hands.needs_hands
@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg for a picture of the window")
def test_the_page_of_a_filter_that_is_added_is_shown_not_the_guards(tmp_path, data_home, numbered_clip):
    """OBS' window Filters selects what is added last."""
    with open_obs(tmp_path, data_home, one_scene(collection.clip("Clip", numbered_clip))) as obs:
        obs.ws.send("OpenInputFiltersDialog", {"inputName": "Clip"}, raw=True)
        mouse = hands.Hands(obs.display)
        window = mouse.wait("Clip")
        before = mouse.picture(window)
        obs.ws.create_source_filter("Clip", FILTER, "obs_bgremove", SETTINGS)
        guarded(obs, (room_guard.NAME, True), (FILTER, True))
        wait_until_running(obs)

        def selected():
            """Return where the row begins that has another colour than the list; 0 if there is none."""
            beside_the_names = slice(250, 258)
            shown, empty = (
                one[LIST, beside_the_names].astype(int) for one in (mouse.picture(window), before)
            )
            changed = (abs(shown - empty).max(axis=2).min(axis=1) > 20).nonzero()[0]
            return LIST.start + int(changed[0]) if len(changed) else 0

        wait_for(lambda: selected() > FIRST_ROW, "the filter is selected, which is not the first one", 30)


def test_a_guard_without_a_filter_of_ours_goes(stage):
    """Such as one that was copied to another source alone."""
    obs = stage()
    obs.ws.create_input("Scene", "Picture", "color_source_v3", {"color": 0xFFFFFFFF}, True)
    settings = dict(room_guard.SETTINGS)
    obs.ws.create_source_filter("Picture", "Guard", room_guard.VERSIONED_KIND, settings)
    guarded(obs, source="Picture")
    guarded(obs, (room_guard.NAME, True), (FILTER, True))


def test_a_colour_filter_of_the_users_is_not_a_guard(stage):
    obs = stage()
    obs.ws.create_source_filter("Clip", "Pale", room_guard.VERSIONED_KIND, {"opacity": 0.5})
    guarded(obs, (room_guard.NAME, True), (FILTER, True), ("Pale", True))


def test_on_a_picture_a_scene_and_a_group(tmp_path, data_home):
    """Sources that OBS draws in other ways than a camera, and then without our script."""
    cv2.imwrite(str(tmp_path / "room.png"), numbered.frame(9))
    size = (numbered.WIDTH, numbered.HEIGHT)
    ours = [filtered(SETTINGS)]
    names = ["Picture", "Inner", "Group"]
    picture = collection.image("Picture", tmp_path / "room.png", ours)
    bare = collection.image("Bare", tmp_path / "room.png")
    things = collection.collection(
        "Test",
        [picture, bare],
        [collection.scene("Scene", names), collection.scene("Inner", ["Bare"], ours)],
        [collection.group("Group", ["Bare"], size, ours)],
        [collection.script(SCRIPT)],
    )
    obs = open_obs(tmp_path / "obs", data_home, things)
    with obs:
        wait_until_running(obs, 3)
        for name in names:
            guarded(obs, (room_guard.NAME, True), (FILTER, True), source=name)
        numbered.assert_none(room(obs))
        obs.ws.set_source_filter_settings("Group", FILTER, {"background": "blur", "blur": 1.0}, True)
        wait_for(lambda: min(room(obs)) > 10000, "a blur of the group, which lies below its guard")
        assert obs.stop().code == 0
    file = obs.scenes_file()
    saved = json.loads(file.read_text())
    saved["modules"]["scripts-tool"] = []
    file.write_text(json.dumps(saved))
    with obs:
        numbered.assert_none(room(obs))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds OBS' scripting library as on Linux")
def test_it_is_duplicated_with_the_source(tmp_path, data_home):
    # OBS duplicates no media sources.
    plain = collection.color("Plain", (255, 0, 255), (640, 360), [filtered(SETTINGS)])
    script = installed.PROJECT / "tests" / "obs" / "operator_script.py"
    environment = {"OPERATOR_SCRIPT": str(SCRIPT)}
    with open_obs(tmp_path, data_home, one_scene(plain, script=script), environment=environment) as obs:
        wait_until_running(obs)
        guarded(obs, (room_guard.NAME, True), (FILTER, True), source="Plain")
        request = {"do": "duplicate", "source": "Plain", "copy": "Copy", "scene": "Scene"}
        obs.vendor("do", request, vendor="operator")
        wait_until_running(obs, 2)
        guarded(obs, (room_guard.NAME, True), (FILTER, True), source="Copy")
        numbered.assert_none(room(obs))


def unlisted(things, _project):
    things["modules"]["scripts-tool"] = []


def moved(things, project):
    project.rename(project.with_name("elsewhere"))


def deleted(things, project):
    shutil.rmtree(project)


def unreadable(things, project):
    (project / "obs_bgremove" / "filter" / "plugin.py").write_bytes(b"\xff\xfe not python")


def too_old(things, project):
    # What a Python that is too old makes of it: the import fails.
    (project / "obs_bgremove" / "__init__.py").write_text("raise SyntaxError('too old')\n")


def no_worker(things, project):
    record = json.loads((project.parent / "home" / "install.json").read_text())
    (project.parent / "home" / "install.json").write_text(json.dumps({**record, "python": "/gone"}))


def imported(things, _project):
    # On another machine the script lies elsewhere, or nowhere.
    things["modules"]["scripts-tool"] = [
        {"path": "C:/Users/other/obs_bgremove/obs_script.py", "settings": {}}
    ]


@pytest.mark.parametrize(
    "happens",
    [unlisted, moved, deleted, unreadable, too_old, no_worker, imported],
    ids=lambda one: one.__name__,
)
def test_from_the_first_frame_on_no_pixel_of_the_room(tmp_path, data_home, numbered_clip, happens):
    project = tmp_path / "project"
    shutil.copytree(installed.PROJECT / "obs_bgremove", project / "obs_bgremove")
    shutil.copytree(installed.PROJECT / "models", project / "models")
    home = tmp_path / "home"
    shutil.copytree(data_home, home)
    clip = collection.clip("Clip", numbered_clip, [filtered(SETTINGS)])
    script = project / "obs_bgremove" / "obs_script.py"
    things = one_scene(clip, script=script)
    with open_obs(tmp_path / "obs", home, things) as obs:
        wait_until_running(obs)
        guarded(obs, (room_guard.NAME, True), (FILTER, True))
        assert obs.stop().code == 0
    file = obs.scenes_file()
    saved = json.loads(file.read_text())
    happens(saved, project)
    file.write_text(json.dumps(saved))
    again = open_obs(tmp_path / "obs", home, things, arguments=["--startrecording"])
    with again as obs:
        wait_for(lambda: obs.ws.get_record_status().output_active, "the recording")
        wait_for(lambda: obs.ws.get_record_status().output_duration > 2000, "two seconds")
        frames = list(obs.frames(obs.stop_record()))
        kinds = [one["filterKind"] for one in obs.ws.get_source_filter_list("Clip").filters]
        assert kinds == [room_guard.VERSIONED_KIND, "obs_bgremove"]
    assert len(frames) > 30
    numbered.assert_none([numbered.room_visible(frame) for frame in frames])


@pytest.mark.skipif(
    (program.version(program.find_program() or Path("obs")) or (0,)) < (30,),
    reason="OBS 30 has Safe Mode first",
)
def test_in_safe_mode_no_pixel_of_the_room(tmp_path, data_home, numbered_clip):
    """OBS offers it after a crash: no scripts, no obs-websocket, no recording. Its preview is looked at."""
    # What moves, in grey, shows that the preview is live.
    grey = collection.effect(room_guard.VERSIONED_KIND, "Grey", {"saturation": -1.0})
    sources = [
        collection.clip("Clip", numbered_clip, [filtered(SETTINGS)]),
        collection.clip("Grey clip", numbered_clip, [grey]),
    ]
    things = one_scene(*sources, items=["Clip", collection.item("Grey clip", scale=(0.4, 0.4))])
    with open_obs(tmp_path, data_home, things, preview=True) as obs:
        wait_until_running(obs)
        guarded(obs, (room_guard.NAME, True), (FILTER, True))
        assert obs.stop().code == 0
    process = OwnProcess(obs.directory, {}, show=False, arguments=["--safe-mode"])
    process.start()
    try:
        wait_for(
            lambda: (seen := on_display(process.display, tmp_path))[0] != seen[-1], "a picture that moves", 60
        )
        seen = on_display(process.display, tmp_path)
        assert "Safe Mode enabled" in process.log() and "[obs_bgremove] ready" not in process.log()
    finally:
        process.kill(signal.SIGKILL)
        process.close_display()
    numbered.assert_none([room for room, _white in seen])


def on_display(display, folder):
    """Return (pixels of the room, white pixels) of each frame that a display shows for two seconds."""
    film = folder / "display.mkv"
    grab = ["ffmpeg", "-y", "-v", "error", "-f", "x11grab", "-framerate", "10", "-i", display, "-t", "2"]
    subprocess.run([*grab, "-c:v", "ffv1", str(film)], stdin=subprocess.DEVNULL, check=True)
    frames = list(recording.frames(film))
    assert len(frames) > 5
    return [(numbered.room_visible(frame), int((frame > 230).all(axis=2).sum())) for frame in frames]


def test_without_the_guard_the_room_would_be_shown(tmp_path, data_home, numbered_clip):
    """What the recordings above would look like: the test can fail."""
    clip = collection.clip("Clip", numbered_clip, [filtered({**SETTINGS, "room_guard": False})])
    things = one_scene(clip)
    things["modules"]["scripts-tool"] = []
    with open_obs(tmp_path, data_home, things) as obs:
        assert min(room(obs)) > 10000


def test_a_render_delay_that_comes_above_the_filter_forgets_the_room(stage):
    obs = stage()
    guarded(obs, (room_guard.NAME, True), (FILTER, True))
    obs.ws.create_source_filter("Clip", "Delay", "gpu_delay", {"delay_ms": 400})
    obs.start_record()
    turns = 4
    for _turn in range(turns):
        for place in (0, 2):
            obs.ws.set_source_filter_index("Clip", "Delay", place)
            wait_for_frames(obs, 20)
    seen = [numbered.room_visible(frame) for frame in obs.frames(obs.stop_record())]
    # A frame may be half drawn in the moment of the move. It kept twelve frames.
    assert sum(map(bool, seen)) <= turns, seen


def test_filters_that_come_and_go_below_it_end_nothing(stage):
    obs = stage()
    guarded(obs, (room_guard.NAME, True), (FILTER, True))
    for turn in range(40):
        obs.ws.create_source_filter("Clip", "Other", "scale_filter", {})
        obs.ws.set_source_filter_index("Clip", "Other", turn % 2)
        wait_for_frames(obs, 2)
        obs.ws.remove_source_filter("Clip", "Other")
    guarded(obs, (room_guard.NAME, True), (FILTER, True))
    numbered.assert_none(room(obs))
