# SPDX-License-Identifier: GPL-2.0-or-later
"""The data directory: whatever is set or damaged, it is a path, and the record is what it says it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from obs_bgremove import files, home


@pytest.fixture
def usual(tmp_path, monkeypatch):
    """Return the usual place of a user without the variable."""
    monkeypatch.delenv(home.VARIABLE, raising=False)
    monkeypatch.setattr(home, "usual", lambda: tmp_path)
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows its users otherwise")
@pytest.mark.parametrize("moved", ["~nobody-of-that-name/data", "a/b", "x" * 300, "line\nline", "100%s{0}"])
def test_whatever_the_variable_says_it_is_a_path(usual, monkeypatch, moved):
    monkeypatch.setenv(home.VARIABLE, moved)
    assert home.directory().is_absolute()
    assert home.read_record() == {}


@pytest.mark.skipif(not hasattr(os, "symlink") or sys.platform == "win32", reason="needs links")
def test_links_in_a_circle_are_a_path_that_cannot_be_written(usual, monkeypatch):
    (usual / "circle").symlink_to(usual / "circle")
    monkeypatch.setenv(home.VARIABLE, str(usual / "circle" / "data"))
    assert home.directory().parts[-2:] == ("circle", "data")
    with pytest.raises(OSError, match="symbolic links"):
        home.write_record({})


@pytest.mark.parametrize("content", [b"a\0b", b"\xff\xfe", b"", b"\n \n"])
def test_a_damaged_note_is_none(usual, content):
    home.note().write_bytes(content)
    assert home.directory() == usual


def test_an_account_without_a_home_folder_has_a_path_all_the_same(monkeypatch):
    def none():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", none)
    monkeypatch.delenv(home.VARIABLE, raising=False)
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert files.users_folder() in home.directory().parents


@pytest.mark.parametrize("wrong", [5, None, [1], {}, 0.5, True, ["a", None]])
def test_what_is_of_another_kind_in_a_record_is_left_out(usual, wrong):
    keys = ("python", "flavour", "version", "instead_of", "fingerprint", "groups", "models")
    home.write_record({**dict.fromkeys(keys, wrong), "measured": "kept"})
    assert home.read_record() == {"measured": "kept"}
    sound = {**dict.fromkeys(keys[:5], "text"), "groups": ["demo"], "models": []}
    home.write_record(sound)
    assert home.read_record() == sound
