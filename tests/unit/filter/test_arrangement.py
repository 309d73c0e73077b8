# SPDX-License-Identifier: GPL-2.0-or-later
"""Which properties the page shows, and what OBS' window has room for."""

from __future__ import annotations

import unicodedata
from types import SimpleNamespace

import pytest

from obs_bgremove import room_guard, translate
from obs_bgremove.filter.options import arrangement, background_list, subjects, uses
from obs_bgremove.filter.options.arrangement import REMEDY
from obs_bgremove.filter.options.settings import BACKGROUNDS, FITS, PRESETS, Settings, described
from obs_bgremove.filter.report.sentences import columns
from obs_bgremove.obs.properties import Mark

#: Rows that are always there: the status in one line, the background, whom to keep, the microphone, and the
#: button of the first fold. Eight fit into the window Filters of OBS 29 and 32 as it opens; seven, if the
#: status has three lines.
ALWAYS, FIT, FIT_WITH_PROBLEM = 5, 8, 7


@pytest.fixture
def shown(monkeypatch):
    """Return a function that arranges a page for settings, and returns the names that it shows.

    ``mark`` is the colour of its status; ``has`` are the properties that not every page has.
    """

    def arranged(mark=Mark.NORMAL, has=(), **values):
        seen = {}
        page = SimpleNamespace(
            show=lambda _page, name, visible: seen.update({name: visible}),
            mark=lambda _page, _name: mark,
            has=lambda _page, name: name in has,
        )
        monkeypatch.setattr(arrangement, "properties", page)
        monkeypatch.setattr(arrangement.data, "read", lambda _data, name, default: values.get(name, default))
        chosen = Settings(**{name: value for name, value in values.items() if name not in arrangement.FOLDS})
        monkeypatch.setattr(arrangement.Settings, "read", lambda _data: chosen)
        arrangement.arrange(0, 0)
        return {name for name, visible in seen.items() if visible}

    return arranged


#: What a page may have besides: the list of subjects, and, while something is wrong, a button.
MORE = [(), (subjects.KEY,), (REMEDY,), (subjects.KEY, REMEDY)]


@pytest.mark.parametrize("kind", BACKGROUNDS)
@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("mark", Mark)
@pytest.mark.parametrize("has", MORE)
def test_all_but_the_folds_fits_into_obs_window(shown, kind, fit, mark, has):
    if REMEDY in has and mark is Mark.NORMAL:
        return
    names = shown(mark, has, background=kind, background_path="a.png", background_fit=fit)
    hidden = {one for one in (subjects.KEY,) if one not in has}
    rows = names - hidden - {"background", "keep", "microphone"}
    most = FIT if mark is Mark.NORMAL else FIT_WITH_PROBLEM
    assert ALWAYS + len(rows) + (REMEDY in has) <= most, sorted(rows)


def test_what_the_five_tasks_need_is_there_unless_a_button_does_it(shown):
    for mark in Mark:
        for has in ((), (REMEDY,)):
            names = shown(mark, has)
            assert {"background", "keep", "microphone"} <= names
            assert (uses.KEY in names) != (REMEDY in has)


def test_each_background_with_a_next_one_has_a_button_that_shows_it(shown):
    assert "next_background" in shown(background="preset")
    assert "next_background" in shown(background="image", background_path="a.png")
    assert "next_background" not in shown(background="image") | shown(background="blur")


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


#: Columns of a label and a list beside it that fit into the window: OBS cuts off what is wider.
_WIDE = 77


def wide(text: str) -> float:
    """Return how wide a text is; letters of Cyrillic are wider than others."""
    return columns(text) + sum("\u0400" <= one <= "\u04ff" for one in text) / 8


@pytest.mark.parametrize("language", ["en", *(path.stem for path in sorted(translate.FOLDER.glob("*.po")))])
def test_no_list_is_wider_than_the_page(language):
    """All labels are as wide as the longest, and all lists as the longest entry."""
    path = translate.FOLDER / f"{language}.po"
    known = translate.read(path.read_text(encoding="utf-8")) if path.is_file() else None
    labels = [one.about.label for one in described()]
    entries = [entry for one in described() for entry in one.about.choices.values()]
    entries += [use.entry for use in uses.USES.values()]
    label, entry = (
        max((known.find(one) if known else one for one in all_of), key=wide) for all_of in (labels, entries)
    )
    assert wide(label) + wide(entry) <= _WIDE, (label, entry)
