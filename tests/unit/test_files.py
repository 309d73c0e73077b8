# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are replaced whole or not at all."""

import os

import pytest

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
