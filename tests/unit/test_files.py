# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are replaced whole or not at all."""

import os
from pathlib import Path

import pytest

from obs_bgremove import files
from obs_bgremove.files import read_json, replace_whole


@pytest.mark.parametrize(("content", "bytes_"), [("ä\n", b"\xc3\xa4\n"), (b"\x00\r\n", b"\x00\r\n")])
def test_the_content_is_written_as_it_is_and_nothing_stays_beside_it(tmp_path, content, bytes_):
    path = tmp_path / "file"
    for _ in range(2):
        replace_whole(path, content)
        assert path.read_bytes() == bytes_
        assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    replace_whole(path, "old")

    def full(*_arguments):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="full"):
        replace_whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def busy(tmp_path, monkeypatch):
    """Return a function that has the next uses of a file refused, as while another program has it open."""
    path, left = tmp_path / "file", [0]
    replace_whole(path, '"old"')
    replace, read = os.replace, Path.read_text
    monkeypatch.setattr(files.time, "sleep", lambda _seconds: None)

    def using(what, *arguments, **more):
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError(13, "Access denied")
        return what(*arguments, **more)

    monkeypatch.setattr(os, "replace", lambda *arguments: using(replace, *arguments))
    monkeypatch.setattr(Path, "read_text", lambda *arguments, **more: using(read, *arguments, **more))

    def refuse(times, platform="win32"):
        monkeypatch.setattr(files.sys, "platform", platform)
        left[0] = times
        return path

    return refuse


def test_windows_replaces_and_reads_a_file_when_another_program_has_closed_it(busy):
    replace_whole(busy(3), '"new"')
    assert read_json(busy(3)) == "new"


@pytest.mark.parametrize(("times", "platform"), [(1000, "win32"), (1, "linux")])
def test_a_file_that_may_not_be_replaced_stays(busy, times, platform):
    path = busy(times, platform)
    with pytest.raises(PermissionError):
        replace_whole(path, '"new"')
    assert list(path.parent.iterdir()) == [path]
    assert read_json(busy(0)) == "old"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_the_permissions_stay(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o600)
    replace_whole(path, "new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_folder_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        replace_whole(tmp_path / "missing" / "file", "content")


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_not_json_is_none(tmp_path, content):
    path = tmp_path / "file.json"
    if content is not None:
        path.write_bytes(content)
    assert read_json(path) is None


def test_json_is_read(tmp_path):
    replace_whole(tmp_path / "file.json", '{"one": [1]}')
    assert read_json(tmp_path / "file.json") == {"one": [1]}
