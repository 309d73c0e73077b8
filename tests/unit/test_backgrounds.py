# SPDX-License-Identifier: GPL-2.0-or-later
"""What makes a background be made anew, and how often a preset is drawn."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from types import SimpleNamespace

import pytest

from obs_bgremove.filter import backgrounds
from obs_bgremove.filter.settings import BACKGROUNDS, PRESETS, USED, Settings
from obs_bgremove.home import PROJECT

#: For each setting another value than its default.
OTHER = {
    "background_preset": "hills",
    "background_path": "/pictures/other.png",
    "background_source": "Other",
    "background_fit": "contain",
    "background_color": 0xFF123456,
    "blur": 77.0,
    "edge_softness": 3.0,
    "edge_shift": 3.0,
    "refinement": False,
    "view": "alpha",
}


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_made_anew_for_what_it_uses_and_nothing_else(kind):
    settings = Settings(background=kind)
    changing = {
        name
        for name, value in OTHER.items()
        if backgrounds.key(replace(settings, **{name: value})) != backgrounds.key(settings)
    }
    assert changing == set(USED[kind])


def test_every_setting_of_a_background_is_used_by_one():
    used = {name for names in USED.values() for name in names}
    assert {one.name for one in fields(Settings) if one.name.startswith("background_")} <= used


def test_every_preset_has_its_technique():
    text = (PROJECT / "obs_bgremove" / "filter" / "shaders" / "presets.effect").read_text()
    techniques = set(re.findall(r"^TECHNIQUE\((\w+),", text, re.MULTILINE))
    assert techniques == {name.title().replace("_", "") for name in PRESETS}


def test_a_preset_is_drawn_once_for_each_size(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        backgrounds, "draw_preset", lambda effect, preset, into, *size: drawn.append((preset, size))
    )
    passes = SimpleNamespace(shaders=SimpleNamespace(presets=None), ground=SimpleNamespace(texture=7))
    preset = backgrounds.make(Settings(background="preset", background_preset="neon"))
    for size in [(640, 360)] * 3 + [(360, 640)] * 2 + [(640, 360)]:
        assert preset.ground(passes, None, *size).texture == 7
    assert drawn == [("neon", (640, 360)), ("neon", (360, 640)), ("neon", (640, 360))]
