# SPDX-License-Identifier: GPL-2.0-or-later
"""Names for several settings at once, and settings by name."""

from __future__ import annotations

import dataclasses

import pytest

from obs_bgremove.filter.options import by_name, uses
from obs_bgremove.filter.options.remedies import REMEDIES
from obs_bgremove.filter.options.settings import Settings, described
from obs_bgremove.filter.options.uses import USES

KNOWN = {one.name: one for one in described()}


@pytest.mark.parametrize("use", USES)
def test_a_use_is_recognised_by_what_it_sets(use):
    settings = dataclasses.replace(Settings(), **USES[use].values)
    assert uses.of(settings) == use
    # What it does not set does not matter.
    assert uses.of(dataclasses.replace(settings, background="blur", edge_shift=2.0)) == use


def test_the_defaults_are_the_first_one():
    assert uses.of(Settings()) == next(iter(USES))


@pytest.mark.parametrize("name", uses.NAMES)
def test_other_settings_are_the_users_own(name):
    before = getattr(Settings(), name)
    other = not before if isinstance(before, bool) else "something else"
    assert uses.of(dataclasses.replace(Settings(), **{name: other})) == ""


@pytest.mark.parametrize("values", [*USES.values(), *REMEDIES.values()], ids=lambda one: one.label)
def test_they_set_what_there_is(values):
    for name, value in values.values.items():
        assert type(value) is type(KNOWN[name].default)
        assert not KNOWN[name].about.choices or value in KNOWN[name].about.choices


def test_no_two_uses_are_the_same():
    assert len({tuple(use.values.items()) for use in USES.values()}) == len(USES)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("neon", {"background": "preset", "background_preset": "neon"}),
        ("City lights", {"background": "preset", "background_preset": "city_lights"}),
        ("BLUR", {"background": "blur"}),
        ("colour", {"background": "color"}),
        ("Another scene", {"background": "source", "background_source": "Another scene"}),
    ],
)
def test_a_background_is_found_by_name(monkeypatch, name, values):
    monkeypatch.setattr(by_name.sources, "video_source_names", lambda: ["Another scene"])
    assert by_name.background(name) == values


@pytest.mark.parametrize(("file", "kind"), [("beach.JPG", "image"), ("beach.mp4", "video")])
def test_a_background_is_found_by_path(tmp_path, file, kind):
    (tmp_path / file).write_bytes(b"")
    path = str(tmp_path / file)
    assert by_name.background(path) == {"background": kind, "background_path": path}


@pytest.mark.parametrize("name", ["", "nothing", "gone.jpg", "preset", "image", f"{'long' * 99}.png"])
def test_an_unknown_background_is_refused(monkeypatch, name):
    monkeypatch.setattr(by_name.sources, "video_source_names", lambda: ["Another scene"])
    with pytest.raises(ValueError, match=f'no background "{name}". Use transparent, blur'):
        by_name.background(name)


def test_a_use_is_found_by_name():
    assert by_name.use("LOW power") == USES["low_power"].values
    with pytest.raises(ValueError, match="Use usual, meeting, gaming"):
        by_name.use("")
