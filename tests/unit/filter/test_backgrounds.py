# SPDX-License-Identifier: GPL-2.0-or-later
"""When a background is made again, what it takes over, and how often a preset is drawn."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from types import SimpleNamespace

import pytest

from obs_bgremove.filter.backgrounds import own
from obs_bgremove.filter.backgrounds.chosen import ChosenBackground
from obs_bgremove.filter.backgrounds.making import key, make
from obs_bgremove.filter.options.settings import BACKGROUNDS, PRESETS, USED, Settings
from obs_bgremove.filter.passes.cut import Cut
from obs_bgremove.filter.passes.geometry import Size
from obs_bgremove.filter.passes.techniques import PresetTechnique
from obs_bgremove.home import PROJECT

#: For each setting another value than its default.
OTHER = {
    "background_preset": "hills",
    "background_path": "/pictures/other.png",
    "background_source": "Other",
    "background_fit": "contain",
    "background_color": 0xFF123456,
    "outfit_change": "follow",
    "outfit_shown": "workwear",
    "outfit_folder": "/pictures",
    "blur": 77.0,
    "edge_softness": 3.0,
    "edge_shift": 3.0,
    "refinement": False,
    "view": "alpha",
}


MADE_AGAIN = {
    "transparent": set(),
    "blur": {"blur"},
    "color": set(),
    "preset": {"background_preset"},
    "image": {"background_path"},
    "video": {"background_path"},
    "source": {"background_source"},
    "auto": {"background_preset", "outfit_shown", "outfit_folder"},
}


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_made_again_for_what_it_uses_and_nothing_else(kind):
    settings = Settings(background=kind)
    changing = {
        name for name, value in OTHER.items() if key(replace(settings, **{name: value})) != key(settings)
    }
    assert changing == MADE_AGAIN[kind]


def test_every_setting_of_a_background_is_used_by_one():
    used = {name for names in USED.values() for name in names}
    assert {one.name for one in fields(Settings) if one.name.startswith("background_")} <= used


def test_every_preset_has_its_technique():
    text = (PROJECT / "obs_bgremove" / "filter" / "shaders" / "presets.effect").read_text()
    techniques = set(re.findall(r"^TECHNIQUE\((\w+),", text, re.MULTILINE))
    assert techniques == {name.title().replace("_", "") for name in PRESETS}


def test_a_preset_is_drawn_once_for_each_size(monkeypatch):
    drawn = []
    monkeypatch.setattr(own, "draw_preset", lambda effect, preset, into, size: drawn.append((preset, size)))
    losses = SimpleNamespace(count=0)
    shaders = SimpleNamespace(presets=None, losses=losses)
    passes = SimpleNamespace(shaders=shaders, background=SimpleNamespace(texture=7))
    preset = make(Settings(background="preset", background_preset="neon"), ())
    for size in [(640, 360)] * 3 + [(360, 640)] * 2 + [(640, 360)]:
        assert preset.draw(passes, Cut(1, Size(*size))).texture == 7
    assert drawn == [(PresetTechnique.NEON, size) for size in [(640, 360), (360, 640), (640, 360)]]
    # The graphics card is reset: textures keep their handles and are empty.
    losses.count += 1
    for _ in range(2):
        preset.draw(passes, Cut(1, Size(640, 360)))
    assert drawn[3:] == [(PresetTechnique.NEON, (640, 360))]


class Made:
    """A background that keeps account of what becomes of it."""

    def __init__(self, settings):
        self.settings = settings
        self.is_missing = self.released = self.seen = False

    def adjust(self, settings):
        self.settings = settings

    def follow(self, before):
        pass

    def missing(self):
        return self.is_missing

    def set_showing(self, showing):
        self.seen = showing

    def problem(self, parent):
        return "missing" if self.is_missing else ""

    def release(self):
        assert not self.released
        self.released = True


class Making(list):
    """The backgrounds that are made, oldest first."""

    def __call__(self, settings):
        self.append(Made(settings))
        return self[-1]


@pytest.fixture
def made():
    """Return the list of the backgrounds that are made; it makes them."""
    return Making()


VIDEO = Settings(background="video", background_path="/videos/one.mp4")


def test_fit_and_colour_are_taken_over_by_the_video_that_runs(made):
    chosen = ChosenBackground(VIDEO, made)
    shown = chosen.show()
    for settings in (
        replace(VIDEO, background_fit="contain"),
        replace(VIDEO, background_fit="contain", background_color=0xFF123456),
    ):
        chosen.choose(settings)
        chosen.look_after(None)
        assert chosen.show() is shown
        assert shown.settings == settings
    assert made == [shown]
    chosen.release()


def test_another_file_is_read_by_the_thread_that_looks_after_and_not_where_it_is_chosen(made):
    chosen = ChosenBackground(VIDEO, made)
    first = chosen.show()
    chosen.choose(replace(VIDEO, background_path="/videos/two.mp4"))
    assert chosen.show() is first and len(made) == 1
    chosen.look_after(None)
    assert chosen.show() is made[1] and made[1].seen and not first.released
    chosen.look_after(None)
    assert first.released and len(made) == 2
    chosen.release()
    assert all(one.released for one in made)


def test_what_was_never_shown_does_not_pile_up(made):
    chosen = ChosenBackground(VIDEO, made)
    for number in range(5):
        chosen.choose(replace(VIDEO, background_path=f"/videos/{number}.mp4"))
        chosen.look_after(None)
    assert [one.released for one in made] == [True] * 5 + [False]
    chosen.release()
    assert made[-1].released


def test_a_source_that_was_missing_is_looked_for_again(made):
    chosen = ChosenBackground(Settings(background="source", background_source="Late"), made)
    chosen.show().is_missing = True
    assert chosen.look_after(7) == ""
    assert chosen.show() is made[1]
    chosen.look_after(7)
    assert len(made) == 2
    chosen.release()


def test_a_colour_is_taken_over(gpu):
    color = make(Settings(background="color", background_color=0xFF0000FF), ())
    color.adjust(Settings(background="color", background_color=0xFFFF0000))
    shown = color.draw(None, None).color
    assert shown[:3] == (0.0, 0.0, 1.0)
