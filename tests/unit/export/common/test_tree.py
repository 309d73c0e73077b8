# SPDX-License-Identifier: GPL-2.0-or-later
"""Clips and pictures behind links to directories are found, and each once."""

from __future__ import annotations

import pytest

from export.common.tree import below
from export.data import stills
from export.evaluate import clips, pictures


def make(directory, *files):
    for name in files:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).touch()


def link(path, target):
    try:
        path.symlink_to(target, target_is_directory=True)
    except OSError as error:  # Windows asks for a privilege
        pytest.skip(f"no links can be made here: {error}")


def test_what_is_on_another_disk_is_found(tmp_path):
    disk, data = tmp_path / "disk", tmp_path / "data"
    make(disk, "clips/walk/com.mp4", "clips/walk/pha.mkv")
    make(disk, "sets/park/images/0.jpg", "sets/park/masks/0.png", "rooms/deep/1.png")
    data.mkdir()
    for name in ("clips", "sets", "rooms"):
        link(data / name, disk / name)
    assert clips.find(data) == [data / "clips" / "walk"]
    assert pictures.find(data) == {"park": data / "sets" / "park"}
    found = ["rooms/deep/1.png", "sets/park/images/0.jpg", "sets/park/masks/0.png"]
    assert stills.pictures([data]) == [data / name for name in found]


def test_masks_that_are_links_themselves_belong_to_each_set(tmp_path):
    make(tmp_path, "small/images/0.jpg", "small/masks/0.png", "large/images/0.jpg")
    link(tmp_path / "large" / "masks", tmp_path / "small" / "masks")
    assert set(pictures.find(tmp_path)) == {"small", "large"}


def test_circles_end_and_nothing_comes_twice(tmp_path):
    data = tmp_path / "data"
    make(data, "real/1.png", "other/2.png")
    link(data / "again", data / "real")
    link(data / "real" / "up", data)
    link(data / "real" / "itself", data / "real")
    link(data / "other" / "outside", tmp_path)
    found = [path.relative_to(data).as_posix() for path in below(data) if path.suffix]
    assert sorted(found) == ["other/2.png", "real/1.png"]
