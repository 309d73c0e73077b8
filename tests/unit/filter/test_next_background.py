# SPDX-License-Identifier: GPL-2.0-or-later
"""What the hotkey "Next background" changes."""

from __future__ import annotations

import os
import sys

import pytest

from obs_bgremove.filter import hotkey_actions
from obs_bgremove.filter.hotkey_actions import HotkeyActions, next_background
from obs_bgremove.filter.options.media_files import PICTURES, following
from obs_bgremove.filter.options.settings import BACKGROUNDS, PRESETS, Settings


@pytest.fixture
def folder(tmp_path):
    """Return a folder with three pictures, a video, a text and a folder that is called like a picture."""
    for name in ("b.JPG", "A.png", "c.webp", "film.mp4", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "bb.png").mkdir()
    return tmp_path


def test_all_pictures_of_the_folder_in_turn(folder):
    shown, path = [], str(folder / "A.png")
    for _press in range(4):
        path = next_background(Settings(background="image", background_path=path))["background_path"]
        shown.append(path)
    assert shown == [str(folder / name) for name in ("b.JPG", "c.webp", "A.png", "b.JPG")]


def test_a_video_is_followed_by_videos(folder):
    (folder / "another.mkv").write_bytes(b"")
    settings = Settings(background="video", background_path=str(folder / "film.mp4"))
    assert next_background(settings) == {"background_path": str(folder / "another.mkv")}


@pytest.mark.parametrize("name", ["missing/a.png", "nothing/at/all.png"])
def test_a_folder_that_is_not_there_changes_nothing(tmp_path, name):
    assert following(str(tmp_path / name), PICTURES) == str(tmp_path / name)


def test_after_a_deleted_picture_comes_the_one_after_its_place(folder):
    assert following(str(folder / "bzz.png"), PICTURES) == str(folder / "c.webp")
    assert following(str(folder / "z.png"), PICTURES) == str(folder / "A.png")


def test_what_a_mac_writes_beside_its_files_is_left_out(folder):
    (folder / "._b.JPG").write_bytes(b"")
    assert following(str(folder / "c.webp"), PICTURES) == str(folder / "A.png")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere names of files are Unicode")
def test_a_name_that_is_not_utf8_is_left_out(folder):
    with open(os.fsencode(folder) + b"/b\xff.png", "wb"):
        pass
    assert following(str(folder / "b.JPG"), PICTURES) == str(folder / "c.webp")


def test_a_picture_without_company_stays(tmp_path):
    (tmp_path / "one.png").write_bytes(b"")
    assert following(str(tmp_path / "one.png"), PICTURES) == str(tmp_path / "one.png")


def test_a_hotkey_does_not_list_the_folder_itself(gpu, monkeypatch):
    """OBS holds its hotkeys while one is handled."""
    changed, woken = [], []
    monkeypatch.setattr(hotkey_actions, "Hotkeys", lambda _parent, wanted: wanted)
    monkeypatch.setattr(HotkeyActions, "_change_background", lambda _: changed.append(None))
    chosen = Settings(background="image", background_path="/pictures/a.png")
    monkeypatch.setattr(HotkeyActions, "_settings", lambda _: chosen)
    actions = HotkeyActions(1_000_001, 1_000_002, lambda: woken.append(None), lambda: None, None)
    (press,) = [one.action for one in actions._hotkeys if one.name == "obs_bgremove.next_background"]
    press()
    press()
    assert len(woken) == 2 and not changed
    actions.act()
    actions.act()
    assert len(changed) == 2


def test_all_presets_in_turn():
    shown, settings = [], Settings(background="preset")
    for _press in PRESETS:
        settings = Settings(background="preset", **next_background(settings))
        shown.append(settings.background_preset)
    assert sorted(shown) == sorted(PRESETS)
    assert shown[-1] == Settings().background_preset


@pytest.mark.parametrize("kind", sorted(set(BACKGROUNDS) - {"preset"}))
def test_the_other_kinds_lead_to_the_presets(kind):
    assert next_background(Settings(background=kind)) == {"background": "preset"}
