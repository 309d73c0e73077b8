# SPDX-License-Identifier: GPL-2.0-or-later
"""The private OBS itself, without our filter: what the other tests and the demo stand on."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

import pytest

from obs_bgremove.private_obs import collection, exit_report
from obs_bgremove.private_obs.instance import PrivateObs
from obs_bgremove.private_obs.wait import ObsError, wait_for
from tests.obs import numbered
from tests.obs.stage import DRAWN_BY_OTHERS

ORANGE = (20, 130, 240)


def ended(obs):
    """End an OBS without our script; the test is skipped if OBS could not clear its scenes."""
    report = obs.stop()
    if not report.cleared:
        pytest.skip("OBS could not clear its scenes: its own fault, which our script mends")
    return report


def orange_scene(name: str = "Orange") -> dict:
    """Return a collection that shows one colour."""
    return collection.collection(
        name, [collection.color("Colour", ORANGE, (320, 180))], [collection.scene("Scene", ["Colour"])]
    )


def test_screenshot_shows_the_colour_exactly(tmp_path):
    with PrivateObs(tmp_path, orange_scene(), size=(320, 180)) as obs:
        picture = obs.screenshot("Colour")
        assert picture.shape == (180, 320, 4)
        assert (picture == (*ORANGE, 255)).all()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Mesa's threads are looked for in /proc")
@pytest.mark.parametrize(("environment", "threads"), [({}, False), (DRAWN_BY_OTHERS, True)])
def test_nobody_draws_beside_the_graphics_thread(tmp_path, environment, threads):
    with PrivateObs(tmp_path, orange_scene(), size=(320, 180), environment=environment) as obs:
        assert obs.screenshot("Colour").any(), "it has drawn"
        names = [path.read_text() for path in Path(f"/proc/{obs.pid}/task").glob("*/comm")]
    assert any("graphic" in name for name in names)
    assert any("llvmpipe" in name for name in names) == threads, names


def test_recording_changes_no_pixel(tmp_path):
    with PrivateObs(tmp_path, orange_scene(), size=(320, 180)) as obs:
        frames = list(obs.frames(obs.record(0.5)))
    assert frames
    assert all((frame == ORANGE).all() for frame in frames)


def test_ends_with_code_0_and_without_a_leak(tmp_path):
    with PrivateObs(tmp_path, orange_scene(), size=(320, 180)) as obs:
        pid = obs.pid
        report = ended(obs)
        assert (report.code, report.leaks) == (0, 0), report
        assert report.profiler["obs_graphics_thread"].median_ms > 0
        assert {"render_video", "tick_sources"} <= report.profiler.keys()
        assert not obs.running
        assert obs.start().pid != pid, "a second start in the same directory"


def test_recording_shows_frame_after_frame(tmp_path, numbered_clip):
    size = numbered.WIDTH, numbered.HEIGHT
    things = collection.collection(
        "Clip", [collection.clip("Clip", numbered_clip)], [collection.scene("Scene", ["Clip"])]
    )
    with PrivateObs(tmp_path, things, size=size) as obs:
        wait_for(lambda: numbered.room_visible(obs.screenshot()[..., :3]), "the clip plays")
        frames = list(obs.frames(obs.record(2)))
    assert len(frames) >= 45
    assert {frame.shape for frame in frames} == {(size[1], size[0], 3)}
    numbers = [numbered.read_number(frame) for frame in frames]
    steps = [(after - before) % numbered.COUNT for before, after in itertools.pairwise(numbers)]
    # A busy machine may show a frame twice or drop one; most follow one another.
    assert steps.count(1) > len(steps) * 0.7, numbers


def test_two_collections_survive_switching_and_the_end(tmp_path):
    with PrivateObs(tmp_path, [orange_scene(), orange_scene("Other")], size=(320, 180)) as obs:
        obs.switch_collection("Other")
        obs.ws.create_scene("Made in the other one")
        obs.switch_collection("Orange")
        assert ended(obs).code == 0
        names = {
            name: {scene["name"] for scene in json.loads(obs.scenes_file(name).read_text())["scene_order"]}
            for name in ("Orange", "Other")
        }
    assert names == {"Orange": {"Scene"}, "Other": {"Scene", "Made in the other one"}}


def test_group_text_and_nested_scene_are_loaded(tmp_path):
    things = collection.collection(
        "Nested",
        [collection.color("Green", (0, 255, 0), (40, 40)), collection.text("Words", "words")],
        [
            collection.scene("Outer", [collection.item("Inner", position=(100, 50)), "Words"]),
            collection.scene("Inner", ["Group"]),
        ],
        groups=[collection.group("Group", [collection.item("Green", position=(10, 10))], (60, 60))],
    )
    with PrivateObs(tmp_path, things, size=(320, 180)) as obs:
        picture = obs.screenshot()
        assert tuple(picture[50 + 30, 100 + 30]) == (0, 255, 0, 255)
        assert "Words" in {thing["inputName"] for thing in obs.ws.get_input_list().inputs}


def test_the_users_own_settings_are_not_touched(tmp_path, monkeypatch):
    own = tmp_path / "user"
    own.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(own))
    with PrivateObs(tmp_path / "private", orange_scene(), size=(320, 180)) as obs:
        assert ended(obs).code == 0
    assert list(own.iterdir()) == []


def test_an_obs_that_does_not_start_is_reported_with_its_log(tmp_path):
    obs = PrivateObs(tmp_path, orange_scene(), environment={"QT_QPA_PLATFORM": "nonsense"})
    with pytest.raises(ObsError, match="nonsense"), obs:
        pass
    assert not obs.running


def test_exit_report_reads_the_outermost_place_of_a_name():
    lines = [
        "obs_graphics_thread(33.3333 ms): min=0.1 ms, median=0.33 ms, max=138.02 ms, "
        "99th percentile=6.559 ms, 99.4723% below 33.333 ms",
        " ┃ ┗render_video: min=0 ms, median=0.256 ms, max=9 ms, 99th percentile=4.7 ms",
        "   ┗render_video: min=0 ms, median=9 ms, max=9 ms, 99th percentile=9 ms",
        "Number of memory leaks: 3",
    ]
    log = "".join(f"info: {line}\n".replace(" ms", "\u00a0ms") for line in lines)
    report = exit_report.parse(0, log)
    assert report.leaks == 3
    assert report.profiler == {"obs_graphics_thread": (0.33, 6.559), "render_video": (0.256, 4.7)}
    assert exit_report.parse(-9, "").leaks is None
