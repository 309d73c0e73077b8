# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders that do not serve, or may not one day; most of it is about Windows."""

from __future__ import annotations

import os
import sys
from pathlib import Path, PureWindowsPath

import pytest

from obs_bgremove import home
from obs_bgremove.setup import check, command, places
from obs_bgremove.setup.pythons import LONGEST_PATH
from obs_bgremove.users_obs import registry


@pytest.fixture
def windows(tmp_path, monkeypatch):
    """A user of Windows; return their folder."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(registry, "_winreg", None)
    monkeypatch.setenv(home.VARIABLE, str(tmp_path))
    # The folders of a test have long names themselves.
    monkeypatch.setattr(places, "LONGEST_PATH", LONGEST_PATH + len(str(tmp_path)) + len(str(home.PROJECT)))
    for name in places._ONEDRIVE:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_usual_folders_serve(windows):
    assert places.problem() == "" and places.notes() == [] and check._places() == []


def test_a_project_whose_path_is_too_long_for_obs_is_not_installed(windows, monkeypatch, capsys):
    longest = max(len(str(path)) for path in (home.PROJECT / "obs_bgremove").rglob("*"))
    monkeypatch.setattr(places, "LONGEST_PATH", longest - 3)
    monkeypatch.setattr(command.interpreter, "problem", lambda: "")
    assert command.main([]) == 1
    assert "3 characters too long for OBS: move the folder" in capsys.readouterr().err
    assert not list(windows.iterdir())
    (finding,) = check._places()
    assert finding.line().startswith("MISSING Folders: ")


def test_a_data_directory_whose_path_is_too_long_gets_a_sentence(windows, monkeypatch):
    monkeypatch.setenv(home.VARIABLE, str(windows / ("a" * 200) / ("b" * 200)))
    assert "OBS_BGREMOVE_HOME to a folder with a shorter one" in places.problem()
    monkeypatch.setattr(registry, "number", lambda *_: 1)
    assert places.problem() == "", "Windows was set to take long paths"


@pytest.mark.parametrize("root", [r"\\server\share\obs_bgremove", "//server/share/obs_bgremove"])
def test_a_network_drive_is_noted(windows, monkeypatch, root):
    monkeypatch.setattr(home, "PROJECT", Path(root))
    (note,) = places.notes()
    assert "network drive" in note and "hides the sources that have it" in note


@pytest.mark.parametrize(
    ("folder", "noted"), [(r"C:\Users\Jörg\OneDrive\obs_bgremove", True), (r"C:\Users\Jörg\OneDriver", False)]
)
def test_onedrive_is_noted(windows, monkeypatch, folder, noted):
    monkeypatch.setenv("OneDrive", r"c:\users\jörg\onedrive")
    monkeypatch.setattr(home, "PROJECT", PureWindowsPath(folder))
    assert bool(places.notes()) == noted
    if noted:
        assert "Always keep on this device" in places.notes()[0]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
@pytest.mark.parametrize(
    ("owner", "sudo", "refused"), [(1000, "me", True), (0, "me", False), (1000, "", False)]
)
def test_root_does_not_write_into_a_users_folder(tmp_path, monkeypatch, capsys, owner, sudo, refused):
    """As sudo keeps it on macOS."""
    os.chown(tmp_path, owner, owner)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SUDO_USER", sudo)
    assert bool(places.problem()) is refused
    if refused:
        monkeypatch.setattr(command.interpreter, "problem", lambda: "")
        assert command.main([]) == 1
        assert "run this without sudo" in capsys.readouterr().err
        assert not list(tmp_path.iterdir())


def test_other_systems_have_nothing_to_say(windows, monkeypatch):
    monkeypatch.setattr(places, "LONGEST_PATH", 1)
    monkeypatch.setattr(sys, "platform", "linux")
    assert places.problem() == "" and places.notes() == []
