# SPDX-License-Identifier: GPL-2.0-or-later
"""OBS is opened with the filter on the camera only where that is sure, and where a person agrees."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from obs_bgremove import scene_files
from obs_bgremove.setup import first_use
from obs_bgremove.users_obs.obs_processes import RunningObs

CAMERA = Path("/dev/video7")
THERE, GONE = "Your own scenes are in OBS' menu", "Now start OBS, right-click a camera"


@pytest.fixture
def all_is_there(tmp_path, monkeypatch):
    """Return the folder of collections, which has one, and the commands that were started."""
    scenes = tmp_path / "obs-studio" / "basic" / "scenes"
    scenes.mkdir(parents=True)
    (scenes / "Mine.json").write_text('{"name": "Mine", "sources": []}')
    started = []
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(first_use, "find_camera", lambda _devices: CAMERA)
    monkeypatch.setattr(first_use.program, "find_program", lambda: Path("/usr/bin/obs"))
    monkeypatch.setattr(first_use.obs_processes, "running", list)
    monkeypatch.setattr(first_use, "has_display", lambda: True)
    monkeypatch.setattr(first_use, "someone_there", lambda: True)
    monkeypatch.setattr(first_use, "ask", lambda _question, yes: not yes)
    monkeypatch.setattr(first_use.subprocess, "Popen", lambda command, **_more: started.append(command))
    return scenes, started


def test_who_agrees_gets_an_obs_with_a_collection_of_its_own(all_is_there, capsys):
    scenes, started = all_is_there
    mine = (scenes / "Mine.json").read_bytes()
    first_use.offer(yes=False)
    assert started == [[str(Path("/usr/bin/obs")), "--collection", "Background Removal"]]
    assert THERE in capsys.readouterr().out
    made = scene_files.read(scenes / "Background_Removal.json")
    assert scene_files.lists_script(made) and scene_files.filtered(made) == ["Camera"]
    assert made["sources"][0]["settings"] == {"device_id": str(CAMERA)}
    assert (scenes / "Mine.json").read_bytes() == mine


def test_what_the_user_made_of_that_collection_stays(all_is_there):
    scenes, started = all_is_there
    (scenes / "Background_Removal.json").write_text('{"changed": true}')
    first_use.offer(yes=False)
    assert len(started) == 1
    assert json.loads((scenes / "Background_Removal.json").read_text()) == {"changed": True}


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        (first_use, "someone_there", lambda: False),
        (first_use, "ask", lambda _question, yes: False),
        (first_use, "has_display", lambda: False),
        (first_use, "find_camera", lambda _devices: None),
        (first_use.program, "find_program", lambda: None),
        (first_use.obs_processes, "running", lambda: [RunningObs(1, None)]),
    ],
    ids=["no terminal", "no", "no display", "no camera", "no OBS", "OBS runs"],
)
def test_else_nothing_is_changed_and_the_clicks_are_said(
    all_is_there, monkeypatch, capsys, where, name, value
):
    scenes, started = all_is_there
    monkeypatch.setattr(where, name, value)
    first_use.offer(yes=False)
    assert started == [] and [path.name for path in scenes.iterdir()] == ["Mine.json"]
    said = capsys.readouterr().out
    assert GONE in said
    picture = Path(said.partition("How it looks in OBS: ")[2].splitlines()[0])
    assert picture.suffix == ".jpg" and picture.is_file()


@pytest.mark.parametrize("broken", ["--yes", "no collections"])
def test_who_wants_no_question_or_has_no_settings_gets_the_clicks(
    all_is_there, capsys, tmp_path, monkeypatch, broken
):
    if broken == "no collections":
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    first_use.offer(yes=broken == "--yes")
    assert all_is_there[1] == [] and GONE in capsys.readouterr().out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux")
def test_a_camera_is_a_device_that_takes_pictures(tmp_path, monkeypatch):
    import fcntl

    # The second device of a camera gives data about the pictures alone.
    can = {"video0": 0x04A00000, "video1": 0x04200001, "video2": None}
    for name in can:
        (tmp_path / name).touch()

    def answer(opened, request, _data):
        assert request == 0x80685600
        found = can[Path(f"/proc/self/fd/{opened}").resolve().name]
        if found is None:
            raise OSError(25, "Inappropriate ioctl for device")
        return first_use._CAPABILITY.pack(b"uvcvideo", b"Webcam", b"usb-1", 0x60000, 0x84A00001, found)

    monkeypatch.setattr(fcntl, "ioctl", answer)
    assert first_use.find_camera(tmp_path) == tmp_path / "video1"
    can["video1"] = None
    assert first_use.find_camera(tmp_path) is None
    monkeypatch.undo()
    assert first_use.find_camera(tmp_path) is None
