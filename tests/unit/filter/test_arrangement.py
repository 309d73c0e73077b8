# SPDX-License-Identifier: GPL-2.0-or-later
"""Which properties the page shows, and what OBS' window has room for."""

from __future__ import annotations

import unicodedata
from types import SimpleNamespace

import pytest

from obs_bgremove import room_guard, translate
from obs_bgremove.filter.options import arrangement, background_list
from obs_bgremove.filter.options.settings import BACKGROUNDS, PRESETS, Settings, described

#: Rows that are always there: the status, the background, whom to keep, the microphone, "Set up for", and the
#: button of the first fold. Eight fit into the window Filters of OBS 29 and 32 as it opens.
ALWAYS, FIT = 6, 8


@pytest.fixture
def shown(monkeypatch):
    """Return a function that arranges a page for settings, and returns the names that it shows."""

    def arranged(**values):
        seen = {}
        page = SimpleNamespace(show=lambda _page, name, visible: seen.update({name: visible}))
        monkeypatch.setattr(arrangement, "properties", page)
        monkeypatch.setattr(arrangement.data, "read", lambda _data, name, default: values.get(name, default))
        chosen = Settings(**{name: value for name, value in values.items() if name not in arrangement.FOLDS})
        monkeypatch.setattr(arrangement.Settings, "read", lambda _data: chosen)
        arrangement.arrange(0, 0)
        return {name for name, visible in seen.items() if visible}

    return arranged


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_all_but_the_folds_fits_into_obs_window(shown, kind):
    of_the_kind = shown(background=kind, background_path="a.png") - {"background", "keep", "microphone"}
    assert ALWAYS + len(of_the_kind) <= FIT


@pytest.mark.parametrize("one", described(), ids=lambda one: one.name)
def test_each_setting_is_shown_somewhere(shown, one):
    pages = [
        shown(background=kind, background_path="a.png", background_fit="contain", looks=True, advanced=True)
        for kind in BACKGROUNDS
    ]
    assert any(one.name in page for page in pages)


def test_a_closed_fold_shows_nothing_of_it(shown):
    usual = shown(background="image", background_path="a.png")
    with_looks = shown(background="image", background_path="a.png", looks=True)
    assert (
        {one.name for one in described() if arrangement.fold_of(one) == "looks"} > with_looks - usual > set()
    )


def test_the_list_has_every_background_and_every_preset_once():
    values = [value for value, _label in background_list.offered()]
    assert sorted(values) == sorted([*(set(BACKGROUNDS) - {"preset"}), *PRESETS])


@pytest.mark.parametrize("path", sorted(translate.FOLDER.glob("*.po")), ids=lambda path: path.stem)
def test_the_name_of_the_guard_fits_into_obs_list(path):
    """A letter of Chinese, Japanese and Korean is as wide as two."""
    name = translate.read(path.read_text(encoding="utf-8")).find(room_guard.NAME)
    assert sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in name) <= 27
    assert len(room_guard.NAME) <= 27
