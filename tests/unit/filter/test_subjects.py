# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of subjects, which stands for the setting of the model."""

from __future__ import annotations

import pytest

from obs_bgremove.filter.options import subjects
from obs_bgremove.link.messages import ModelInfo


def model(name, subject="", installed=True):
    return ModelInfo(name, name.title(), "", 144, 256, False, installed, None, subject)


PEOPLE = [model("quality"), model("fast")]
OTHERS = [
    model("anything", "Whatever stands out"),
    model("pets", "Pets"),
    model("cats", "Cats", installed=False),
]
NAMES = ["", "anything", "pets"]


@pytest.fixture
def settings(monkeypatch):
    """Return a settings object: a dict that stands for OBS'."""
    kept = {}
    monkeypatch.setattr(subjects.data, "read", lambda _settings, name, default: kept.get(name, default))
    monkeypatch.setattr(subjects.data, "write", lambda _settings, changes: kept.update(changes))
    return kept


def test_people_alone_are_no_choice():
    assert subjects.offered(PEOPLE) == []
    assert subjects.offered([*PEOPLE, model("cats", "Cats", installed=False)]) == []


def test_what_installed_models_keep_is_offered():
    assert subjects.offered([*PEOPLE, *OTHERS]) == [
        ("", "People"), ("anything", "Whatever stands out"), ("pets", "Pets")
    ]  # fmt: skip


def test_two_models_of_one_subject_are_known_by_their_titles():
    found = subjects.offered([model("pets", "Pets"), model("cats", "Pets"), model("anything", "All")])
    assert [label for _name, label in found] == ["People", "Pets (Pets)", "Pets (Cats)", "All"]


@pytest.mark.parametrize(
    ("before", "chosen", "after"),
    [
        ("auto", "pets", "pets"),
        ("fast", "anything", "anything"),
        ("pets", "anything", "anything"),
        ("pets", "", "auto"),
        ("fast", "", "fast"),
        ("auto", "", "auto"),
        ("gone", "", "gone"),
        ("fast", "gone", "fast"),
    ],
)
def test_a_subject_is_its_model(settings, before, chosen, after):
    settings.update(model=before, subject=chosen)
    assert subjects.choose(1, NAMES) == (before != after)
    assert settings["model"] == after


@pytest.mark.parametrize(("name", "shown"), [("pets", "pets"), ("auto", ""), ("fast", "")])
def test_the_list_shows_what_is_true(settings, name, shown):
    settings.update(model=name, subject="anything")
    assert subjects.show(1, NAMES)
    assert settings["subject"] == shown
    assert not subjects.show(1, NAMES)


def test_without_a_list_nothing_is_chosen(settings):
    settings.update(model="fast", subject="anything")
    assert not subjects.choose(1, [])
    assert settings["model"] == "fast"
