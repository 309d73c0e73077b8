# SPDX-License-Identifier: GPL-2.0-or-later
"""OBS' .ini files: what we write into them, OBS' own parser reads."""

from __future__ import annotations

import json
from pathlib import PureWindowsPath
from types import SimpleNamespace

import pytest

from obs_bgremove import scene_files
from obs_bgremove.private_obs import collection, profile
from obs_bgremove.setup import scene_collections
from obs_bgremove.users_obs import users_settings
from obs_bgremove.users_obs.users_settings import with_ini_value
from tests.unit.libobs_files import ini_values, json_text, libobs, save_ini  # noqa: F401  (fixture)

VALUES = [
    "C:/Program Files/Python312",
    r"C:\new\room\Python312",
    r"\\server\share\n",
    "C:/Users/Jörg O'Brien/Python312",
    "C:/Users/山田 太郎",
    "[x]=y # z ; w",
]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff",
        "\ufeff[General]\nName=a\n\n[Python]\nPath64bit=/old\n\n[Z]\nPath64bit=no\n",
        "[Python]\r\nPath64bit=/old\r\n[General]\r\nName=a\r\n",
        "[General]\nName=a\n[Python]",
        "[Python]\nOther=1\n[Z]\nx=y\n[Python]\nPath64bit=/twice\n",
    ],
)
def test_obs_reads_the_value_that_is_set(libobs, tmp_path, text, value):  # noqa: F811
    path = tmp_path / "user.ini"
    path.write_bytes(with_ini_value(text, "Python", "Path64bit", value).encode("utf-8"))
    assert ini_values(libobs, path, "Python", "Path64bit") == [value]
    assert users_settings.ini_value(path, "Python", "Path64bit") == value
    if "Name=a" in text:
        assert ini_values(libobs, path, "General", "Name") == ["a"]
    if "[Z]\nP" in text:
        assert ini_values(libobs, path, "Z", "Path64bit") == ["no"]


@pytest.mark.parametrize("value", VALUES)
def test_we_read_what_obs_has_written_and_leave_the_rest_as_it_is(libobs, tmp_path, value):  # noqa: F811
    path = tmp_path / "user.ini"
    save_ini(libobs, path, "Python", "Path64bit", value)
    save_ini(libobs, path, "General", "Name", r"a\nb")
    assert users_settings.ini_value(path, "Python", "Path64bit") == value
    before = path.read_bytes().decode("utf-8")
    there = with_ini_value(before, "Python", "Path64bit", "/another")
    assert with_ini_value(there, "Python", "Path64bit", value) == before
    path.write_bytes(with_ini_value(there, "Python", "Path64bit", None).encode("utf-8"))
    assert ini_values(libobs, path, "Python", "Path64bit") == [None]
    assert ini_values(libobs, path, "General", "Name") == [r"a\nb"]


def test_the_settings_of_a_private_obs(libobs, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(profile.sys, "platform", "darwin")
    monkeypatch.setattr(profile, "users_python", lambda: r"C:\new\Python312")
    recordings = tmp_path / "recordings of Jörg O'Brien"
    made = profile.Profile(recordings, (64, 32), 30, False, {"Video": {"ColorSpace": "709"}})
    address = SimpleNamespace(port=4711, password=r"se\cret=#")
    things = collection.collection("Mine ü", [], [collection.scene("Scene", [])])
    folder = tmp_path / "obs-studio"
    profile.write(folder, made, address, [things], "Mine ü")
    for name in ("user.ini", "global.ini"):
        assert ini_values(libobs, folder / name, "Python", "Path64bit") == [r"C:\new\Python312"]
        keys = ("ServerPort", "ServerPassword", "AuthRequired")
        assert ini_values(libobs, folder / name, "OBSWebSocket", *keys) == ["4711", r"se\cret=#", "true"]
        assert ini_values(libobs, folder / name, "Basic", "SceneCollection") == ["Mine ü"]
    basic = folder / "basic" / "profiles" / profile.NAME / "basic.ini"
    assert ini_values(libobs, basic, "SimpleOutput", "FilePath") == [recordings.as_posix()]
    assert ini_values(libobs, basic, "Video", "BaseCX", "ColorSpace") == ["64", "709"]
    scenes = folder / "basic" / "scenes" / "Mine ü.json"
    assert json.loads(json_text(libobs, scenes))["name"] == "Mine ü"
    websocket = folder / "plugin_config" / "obs-websocket" / "config.json"
    assert json.loads(json_text(libobs, websocket))["server_password"] == r"se\cret=#"


def test_a_windows_path_in_a_profile(libobs, tmp_path):  # noqa: F811
    path = tmp_path / "basic.ini"
    profile.write_ini(path, {"SimpleOutput": {"FilePath": PureWindowsPath(r"C:\new\room")}})
    assert ini_values(libobs, path, "SimpleOutput", "FilePath") == ["C:/new/room"]


def test_a_scene_collection_with_the_script(libobs, tmp_path, monkeypatch):  # noqa: F811
    script = "C:/Users/Jörg O'Brien/obs_bgremove/obs_bgremove/obs_script.py"
    data = {"name": "Szene ü", "sources": [{"name": 'Kamera \\ "x"'}]}
    path = tmp_path / "Mine.json"
    path.write_text(json.dumps(data), "utf-8")
    monkeypatch.setattr(scene_files, "SCRIPT", PureWindowsPath(script))
    scene_collections._replace(path, scene_files.text(scene_files.with_script(data)), tmp_path)
    read = json.loads(json_text(libobs, path))
    assert read["modules"]["scripts-tool"] == [{"path": script, "settings": {}}]
    assert (read["name"], read["sources"]) == (data["name"], data["sources"])
