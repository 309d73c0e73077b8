# SPDX-License-Identifier: GPL-2.0-or-later
"""Which Python the private OBS of the demo loads, where OBS' settings must name one."""

from __future__ import annotations

from pathlib import PureWindowsPath

import pytest

from obs_bgremove.demo import __main__ as demo
from obs_bgremove.private_obs import profile
from obs_bgremove.private_obs.conversation import Address
from obs_bgremove.private_obs.wait import ObsError
from obs_bgremove.users_obs import users_settings


@pytest.fixture
def users_obs(tmp_path, monkeypatch):
    """Return the "obs-studio" directory of a user."""
    folder = tmp_path / "obs-studio"
    folder.mkdir()
    monkeypatch.setattr(users_settings, "configurations", lambda: [folder])
    return folder


def written(tmp_path):
    """Return what the private OBS has in both its files."""
    folder = tmp_path / "private"
    made = profile.Profile(tmp_path / "recordings", (64, 64), 30, False, {})
    profile.write(folder, made, Address(4455, "secret"), [], "Demo")
    return [(folder / name).read_text(encoding="utf-8") for name in ("user.ini", "global.ini")]


@pytest.mark.parametrize("system", ["win32", "darwin"])
@pytest.mark.parametrize("name", ["user.ini", "global.ini"])
def test_the_private_obs_loads_the_python_of_the_users(users_obs, tmp_path, monkeypatch, system, name):
    monkeypatch.setattr(profile.sys, "platform", system)
    # As OBS writes it: a mark at the beginning, backslashes twice.
    text = "[General]\nPath64bit=no\n[Python]\nPath64bit=C:\\\\Python312\n[Other]\nPath64bit=no\n"
    (users_obs / name).write_text(text, encoding="utf-8-sig")
    for file in written(tmp_path):
        assert "[Python]\nPath64bit=C:\\\\Python312\n" in file


def test_where_obs_brings_its_python_none_is_named(users_obs, tmp_path, monkeypatch):
    monkeypatch.setattr(profile.sys, "platform", "linux")
    (users_obs / "user.ini").write_text("[Python]\nPath64bit=/somewhere\n")
    assert not any("[Python]" in file for file in written(tmp_path))


@pytest.mark.parametrize("text", [None, "", "[Python]\nPath64bit=\n", "Path64bit=/no/section\n"])
def test_without_a_python_the_demo_ends_before_obs_starts(users_obs, tmp_path, monkeypatch, text):
    monkeypatch.setattr(profile.sys, "platform", "darwin")
    monkeypatch.setattr(demo, "PrivateObs", None)
    if text is not None:
        (users_obs / "user.ini").write_text(text)
    with pytest.raises(ObsError, match="Python Settings"):
        demo.run(tmp_path / "pictures", leave_open=False)
    assert not (tmp_path / "pictures").exists()


def test_no_path_has_a_backslash_that_obs_takes_for_the_half_of_a_sign(tmp_path):
    made = profile.Profile(PureWindowsPath(r"C:\new\recordings"), (64, 64), 30, False, {})
    assert profile.ini_value(made.recordings) == "C:/new/recordings"
    assert profile.ini_value(r"two\new") == r"two\\new"


def test_a_value_that_is_written_is_read_as_it_was(tmp_path):
    path = tmp_path / "basic.ini"
    profile.write_ini(path, {"General": {"Name": r"a\new=b", "On": True, "Count": 3}})
    assert path.read_text().startswith("[General]\nName=")
    read = [users_settings.ini_value(path, "General", key) for key in ("Name", "On", "Count", "None")]
    assert read == [r"a\new=b", "true", "3", ""]
