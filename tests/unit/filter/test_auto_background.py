# SPDX-License-Identifier: GPL-2.0-or-later
"""The background that suits the clothes: which one it is, what is said, and how it comes."""

from __future__ import annotations

import errno
import os
import sys
from types import SimpleNamespace

import pytest

from obs_bgremove.filter.backgrounds import suited
from obs_bgremove.filter.backgrounds.background import Background
from obs_bgremove.filter.backgrounds.making import key, make
from obs_bgremove.filter.options.outfits import SUITS, picture_for
from obs_bgremove.filter.options.settings import OUTFITS, PRESETS, Settings
from obs_bgremove.filter.passes.drawn_background import DrawnBackground
from obs_bgremove.filter.passes.techniques import CompositeTechnique
from obs_bgremove.filter.report.problems import Problem
from obs_bgremove.filter.wardrobe import Wardrobe
from obs_bgremove.link.messages import Outfit


def write(*paths):
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_each_outfit_has_a_preset():
    assert set(SUITS) == set(OUTFITS)
    assert {suits.preset for suits in SUITS.values()} <= set(PRESETS)


def test_a_picture_of_a_folder_goes_before_one_with_a_name(tmp_path):
    write(tmp_path / "office.png", tmp_path / "Office" / "b.jpg", tmp_path / "Office" / "a.JPG")
    assert picture_for("workwear", str(tmp_path)) == str(tmp_path / "Office" / "a.JPG")


def test_a_picture_is_found_by_its_name(tmp_path):
    write(tmp_path / "me at the Beach.webp", tmp_path / "stadium.png", tmp_path / "beach.txt")
    assert picture_for("beachwear", str(tmp_path)) == str(tmp_path / "me at the Beach.webp")
    assert picture_for("sportswear", str(tmp_path)) == str(tmp_path / "stadium.png")
    assert picture_for("workwear", str(tmp_path)) == ""


def test_a_workout_is_no_work(tmp_path):
    write(tmp_path / "Workout" / "a.png", tmp_path / "my workplace.png")
    assert picture_for("sportswear", str(tmp_path)) == str(tmp_path / "Workout" / "a.png")
    assert picture_for("workwear", str(tmp_path)) == str(tmp_path / "my workplace.png")


def test_what_a_mac_writes_beside_its_files_is_no_picture(tmp_path):
    write(*(tmp_path / name for name in ("._beach.jpg", "beach.jpg", "gym/._a.png", "gym/a.png")))
    assert picture_for("beachwear", str(tmp_path)) == str(tmp_path / "beach.jpg")
    assert picture_for("sportswear", str(tmp_path)) == str(tmp_path / "gym" / "a.png")


@pytest.mark.skipif(sys.platform == "win32", reason="Python asks in another way there")
def test_a_drive_that_goes_while_it_is_looked_at_has_no_picture(tmp_path, monkeypatch):
    write(tmp_path / "beach.png")

    def gone(path, **_options):
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected", path)

    monkeypatch.setattr(os, "stat", gone)
    assert picture_for("beachwear", str(tmp_path)) == ""


@pytest.mark.parametrize("folder", ["", "missing", "file.txt"])
def test_without_a_folder_there_is_no_picture(tmp_path, folder):
    write(tmp_path / "file.txt")
    assert picture_for("workwear", str(tmp_path / folder) if folder else "") == ""


def auto(**settings):
    return Settings(background="auto", **settings)


@pytest.fixture
def channel():
    return SimpleNamespace(outfit=None, watching=None, watch=lambda wanted: None)


@pytest.fixture
def changed():
    return []


@pytest.mark.parametrize(
    ("worn", "settings", "said"),
    [
        (None, {}, "What you wear is not clear yet; the preset is shown."),
        ("", {"outfit_shown": "workwear"}, "What you wear is not clear yet; Office is shown."),
        ("other", {}, "You seem to wear something else; the preset is shown."),
        ("unheard of", {}, "You seem to wear something else; the preset is shown."),
        ("workwear", {"outfit_shown": "workwear"}, "You seem to wear workwear; Office is shown."),
        ("workwear", {"outfit_shown": "beachwear"}, "You seem to wear workwear; Office would suit"),
        ("workwear", {"outfit_change": "keep", "outfit_shown": "beachwear"}, "Beach is shown and kept."),
    ],
)
def test_the_status_says_what_is_worn_and_shown(channel, changed, worn, settings, said):
    channel.outfit = None if worn is None else Outfit(1, worn)
    assert Wardrobe(channel, changed.append).sentence(auto(**settings)).startswith(said)


def test_other_backgrounds_say_nothing(channel, changed):
    channel.outfit = Outfit(1, "workwear", problem="The network is missing.")
    wardrobe = Wardrobe(channel, changed.append)
    assert not wardrobe.sentence(Settings()) and not wardrobe.problem(Settings()).text
    assert wardrobe.problem(auto()) == Problem("The network is missing.", remedy="preset")


@pytest.mark.parametrize(
    ("settings", "idle", "wanted"),
    [
        (auto(), False, True),
        (auto(), True, False),
        (auto(outfit_change="keep"), False, False),
        (Settings(), False, False),
    ],
)
def test_the_worker_looks_only_while_somebody_wants_to_know(channel, changed, settings, idle, wanted):
    asked = []
    channel.watch = asked.append
    Wardrobe(channel, changed.append).look_after(settings, idle)
    assert asked == [wanted]


@pytest.mark.parametrize(
    ("change", "worn", "changes"),
    [
        ("suggest", "workwear", []),
        ("follow", "workwear", [{"outfit_shown": "workwear"}]),
        ("follow", "beachwear", []),
        ("follow", "other", []),
        ("follow", "", []),
        ("keep", "workwear", []),
    ],
)
def test_it_changes_by_itself_only_if_it_may_and_knows(channel, changed, change, worn, changes):
    channel.outfit = Outfit(1, worn)
    Wardrobe(channel, changed.append).look_after(
        auto(outfit_change=change, outfit_shown="beachwear"), idle=False
    )
    assert changed == changes


def test_what_is_followed_is_said_to_be_shown_before_the_settings_have_come(channel, changed):
    channel.outfit, settings = Outfit(1, "workwear"), auto(outfit_change="follow")
    wardrobe = Wardrobe(channel, changed.append)
    wardrobe.look_after(settings, idle=False)
    assert wardrobe.sentence(settings) == "You seem to wear workwear; Office is shown."
    channel.outfit = Outfit(1, "sportswear")  # on another thread, just now
    assert wardrobe.sentence(settings) == "You seem to wear sportswear; Sports is shown."
    channel.outfit = Outfit(1, "workwear")
    # The user has chosen another one since.
    wardrobe.look_after(settings, idle=False)
    assert "Office would suit" in wardrobe.sentence(settings)


def test_what_the_user_chooses_stays_until_the_clothes_change(channel, changed):
    wardrobe = Wardrobe(channel, changed.append)
    for worn in ("workwear", "workwear", "other", "workwear", "sportswear"):
        channel.outfit = Outfit(1, worn)
        wardrobe.look_after(auto(outfit_change="follow", outfit_shown="beachwear"), idle=False)
    assert changed == [{"outfit_shown": "workwear"}, {"outfit_shown": "sportswear"}]


def test_one_click_accepts_a_suggestion(channel, changed):
    channel.outfit = Outfit(1, "sportswear")
    Wardrobe(channel, changed.append).accept(auto())
    Wardrobe(channel, changed.append).accept(auto(outfit_shown="sportswear"))
    Wardrobe(channel, changed.append).accept(Settings())
    assert changed == [{"outfit_shown": "sportswear"}]


def test_what_is_done_when_clothes_change_makes_no_new_background():
    assert key(auto()) == key(auto(outfit_change="follow"))
    assert key(auto()) != key(auto(outfit_shown="workwear"))


def test_pictures_are_looked_for_again_when_their_drive_has_come(tmp_path):
    drive = tmp_path / "drive"
    drawn = make(auto(outfit_shown="beachwear", outfit_folder=str(drive)), ())
    assert not drawn.missing()
    write(drive / "beach.png")
    assert drawn.missing() and not drawn.missing()
    assert not make(auto(outfit_folder=str(drive)), ()).missing()


class Steady(Background):
    """A picture that is there at once, or not yet."""

    def __init__(self, texture, there=True):
        self.texture, self.there = texture, there

    def draw(self, passes, cut):
        return DrawnBackground(CompositeTechnique.ON_IMAGE, self.texture)

    def ready(self):
        return self.there


@pytest.fixture
def passes(monkeypatch):
    """Return passes whose mixes are (before, image, share), and a clock that stands still."""
    kept = []
    fade = SimpleNamespace(
        keep=lambda texture, _size: kept.append(texture),
        mix=lambda texture, share, _size: (kept[-1], texture, share),
    )
    made = SimpleNamespace(fade=fade, now=100.0)
    monkeypatch.setattr(suited.time, "monotonic", lambda: made.now)
    return made


def shown(background, passes, size=(640, 360)):
    return background.draw(passes, SimpleNamespace(size=size)).texture


def test_the_next_one_is_faded_in_over_half_a_second(passes):
    first, second = suited.Suited(Steady("beach")), suited.Suited(Steady("office"))
    first.follow(Background())
    assert shown(first, passes) == "beach"
    second.follow(first)
    assert shown(second, passes) == ("beach", "office", 0.0)
    passes.now += 0.25
    assert shown(second, passes) == ("beach", "office", 0.5)
    passes.now += 0.3
    assert shown(second, passes) == "office"


def test_what_takes_long_to_draw_at_first_is_faded_in_all_the_same(passes):
    class Slow(Steady):
        def draw(self, passes, cut):
            # A shader is compiled.
            passes.now += 1.0 if cut.first else 0.0
            return super().draw(passes, cut)

    first, second = suited.Suited(Steady("beach")), suited.Suited(Slow("office"))
    shown(first, passes)
    second.follow(first)
    size = 640, 360
    assert second.draw(passes, SimpleNamespace(size=size, first=True)).texture == ("beach", "office", 0.0)
    passes.now += 0.25
    assert second.draw(passes, SimpleNamespace(size=size, first=False)).texture == ("beach", "office", 0.5)


def test_the_one_before_stays_until_a_picture_is_decoded(passes):
    first, coming = suited.Suited(Steady("beach")), Steady("own", there=False)
    second = suited.Suited(coming)
    shown(first, passes)
    second.follow(first)
    for _ in range(3):
        assert shown(second, passes) == ("beach", "own", 0.0)
        passes.now += 0.5
    coming.there = True
    shown(second, passes)
    passes.now += 0.25
    assert shown(second, passes) == ("beach", "own", 0.5)


def test_after_another_kind_or_size_nothing_is_faded(passes):
    first, second = suited.Suited(Steady("beach")), suited.Suited(Steady("office"))
    second.follow(Background())
    assert shown(second, passes) == "office"
    shown(first, passes)
    third = suited.Suited(Steady("office"))
    third.follow(first)
    assert shown(third, passes, size=(320, 180)) == "office"
