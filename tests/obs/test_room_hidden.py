# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever goes wrong, no recorded frame shows the room, and the picture comes back by itself."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import numbered
from tests.obs.stage import (
    BLUE,
    filtered,
    make_home,
    one_scene,
    open_obs,
    status,
    wait_for_frames,
    wait_until_running,
)

SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


@pytest.fixture
def stage(tmp_path, data_home, numbered_clip):
    """Return an OBS, started, with the filter on the numbered clip; ``home`` may be another one."""
    opened = []

    def start(home=data_home, wait=True, **settings):
        things = one_scene(collection.clip("Clip", numbered_clip, [filtered({**SETTINGS, **settings})]))
        obs = open_obs(tmp_path / f"obs{len(opened)}", home, things)
        opened.append(obs)
        obs.start()
        if wait:
            wait_until_running(obs)
        return obs

    yield start
    for obs in opened:
        obs.close()


def recorded_while(obs, event):
    """Record OBS while ``event()`` happens; see ``look_at`` for what is returned."""
    obs.start_record()
    event()
    return look_at(obs.frames(obs.stop_record()))


def look_at(frames):
    """Return (pixels of the room, whether a person is there) of each frame."""
    return [(numbered.room_visible(frame), bool((frame > 230).all(axis=2).sum() > 5000)) for frame in frames]


def assert_hidden(seen):
    numbered.assert_none([room for room, _person in seen])


def test_nothing_but_the_background_until_the_first_alpha(tmp_path, data_home, numbered_clip):
    """The filter is added to a source that is live, and the worker has yet to start."""
    things = one_scene(collection.clip("Clip", numbered_clip))
    with open_obs(tmp_path / "obs", data_home, things) as obs:
        # The recording is to begin with the clip as it is.
        wait_for(lambda: obs.screenshot("Clip").any(), "the clip plays")
        wait_for_frames(obs, 3)
        obs.start_record()
        wait_for_frames(obs, 3)
        obs.ws.create_source_filter("Clip", "Background Removal", "obs_bgremove", SETTINGS)
        wait_until_running(obs)
        # Frames with the person have to be in the recording.
        wait_for_frames(obs, 10)
        seen = look_at(obs.frames(obs.stop_record()))
    rooms = [bool(room) for room, _person in seen]
    added = rooms.index(False)
    assert_hidden(seen[added:])
    assert seen[-1][1]
    assert added > 0, "the recording should begin with the bare clip"


@posix
def test_worker_killed(stage):
    obs = stage()
    before = status(obs)["worker_pid"]

    def kill():
        # Frames before have to be in the recording.
        time.sleep(0.5)
        os.kill(before, signal.SIGKILL)
        wait_for(lambda: status(obs)["worker_pid"] not in (0, before), "a new worker")
        wait_until_running(obs)
        # Frames after have to be in the recording.
        time.sleep(3.0)

    seen = recorded_while(obs, kill)
    assert_hidden(seen)
    assert all(person for _room, person in seen[-30:])


@posix
def test_worker_stopped_for_five_seconds(stage):
    obs = stage()
    worker = status(obs)["worker_pid"]
    said = []

    def stop():
        # Frames before have to be in the recording.
        time.sleep(0.5)
        os.kill(worker, signal.SIGSTOP)
        # The time itself is what is tested: first the picture stands still, then it is hidden.
        time.sleep(4.0)
        said.append(status(obs))
        # Frames in which it is hidden have to be in the recording.
        time.sleep(1.0)
        os.kill(worker, signal.SIGCONT)
        # Frames after have to be in the recording.
        time.sleep(3.0)

    seen = recorded_while(obs, stop)
    assert_hidden(seen)
    assert said[0]["problem"]
    assert said[0]["state"] == "hidden"
    assert not all(person for _room, person in seen), "after a moment only the background is left"
    assert all(person for _room, person in seen[-15:])
    assert status(obs)["worker_pid"] == worker


@pytest.mark.parametrize("damage", ["missing", "truncated", "not onnx"])
def test_bad_model_file(stage, tmp_path, model_folders, damage):
    home = make_home(tmp_path / "home", model_folders)
    file = home / "models" / "green" / "model.onnx"
    whole = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(whole[: len(whole) // 2] if damage == "truncated" else b"not a model" * 100)
    obs = stage(home, wait=False)
    wait_for(lambda: status(obs)["problem"], "a problem is told")
    seen = look_at(obs.frames(obs.record(2.0)))
    assert_hidden(seen)
    assert not any(person for _room, person in seen)
    told = status(obs)["problem"]
    print(told)
    assert "green" in told


def test_onnxruntime_cannot_be_imported(stage, tmp_path, model_folders):
    home = make_home(tmp_path / "home", model_folders)
    broken = tmp_path / "broken"
    (broken / "onnxruntime").mkdir(parents=True)
    (broken / "onnxruntime" / "__init__.py").write_text(
        "raise ImportError('no such library: libnothing.so')\n"
    )
    # A .pth-like shim: the worker's interpreter finds the broken package before the real one.
    shim = tmp_path / "python"
    shim.write_text(f'#!/bin/sh\nPYTHONPATH="{broken}:$PYTHONPATH" exec "{sys.executable}" "$@"\n')
    shim.chmod(0o755)
    (home / "install.json").write_text(f'{{"python": "{shim}", "flavour": "cpu"}}')
    obs = stage(home, wait=False)
    wait_for(lambda: "onnxruntime" in status(obs)["problem"], "the problem names onnxruntime")
    print(status(obs)["problem"])
    assert_hidden(look_at(obs.frames(obs.record(2.0))))


def test_nothing_installed(stage, tmp_path):
    obs = stage(tmp_path / "empty", wait=False)
    wait_for(lambda: "install.py" in status(obs)["problem"], "the problem says what to do")
    assert_hidden(look_at(obs.frames(obs.record(2.0))))


def test_source_changes_its_resolution(stage, tmp_path):
    import cv2

    obs = stage()
    # The same clip at another size: room and person stay what they are.
    other = tmp_path / "small.mkv"
    video = cv2.VideoWriter(str(other), cv2.VideoWriter_fourcc(*"FFV1"), 30, (426, 320))
    for number in range(60):
        video.write(cv2.resize(numbered.frame(number), (426, 320), interpolation=cv2.INTER_NEAREST))
    video.release()

    def change():
        # Frames before have to be in the recording.
        time.sleep(0.5)
        obs.ws.set_input_settings("Clip", {"local_file": str(other)}, True)
        # Frames after have to be in the recording.
        time.sleep(3.0)

    seen = recorded_while(obs, change)
    assert_hidden(seen)
    assert all(person for _room, person in seen[-10:])
