# SPDX-License-Identifier: GPL-2.0-or-later
"""Sentences in the user's language: the reader of catalogues, and that the catalogues are whole."""

from __future__ import annotations

import copy
import string

import pytest

from obs_bgremove import translate
from obs_bgremove.translate import Sentence, in_english, joined, tr, trn
from tests import messages

CATALOGUES = sorted(translate.FOLDER.glob("*.po"))
MESSAGES = messages.collected()

catalogues = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)


@pytest.fixture(autouse=True)
def _english_again():
    yield
    translate.use("en-US")


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_are_messages_and_catalogues():
    assert len(MESSAGES) > 100 and "de" in [path.stem for path in CATALOGUES]


@catalogues
def test_every_message_is_translated_and_no_other(path):
    known = translate.read(path.read_text(encoding="utf-8")).messages
    assert [message for message in MESSAGES if message not in known] == []
    assert [message for message in known if message not in MESSAGES] == []


@catalogues
def test_a_catalogue_is_as_the_command_writes_it(path):
    text = path.read_text(encoding="utf-8")
    plural = messages.plural_of(path)
    known = translate.read(text).messages
    assert messages.written(known, plural, messages.forms_of(plural)) == text, "run python -m tests.messages"


def test_the_template_is_as_the_command_writes_it():
    text = messages.TEMPLATE.read_text(encoding="utf-8")
    assert messages.written({}, messages.USUAL, 2) == text, "run python -m tests.messages"


@catalogues
def test_placeholders_agree(path):
    wrong = []
    for message, forms in translate.read(path.read_text(encoding="utf-8")).messages.items():
        for form in forms:
            # A form for one number alone may spell it out.
            if placeholders(form) | {"number"} != placeholders(message) | {"number"}:
                wrong.append(form)
    assert wrong == []


@catalogues
def test_the_rule_of_its_plurals_names_its_forms(path):
    text = path.read_text(encoding="utf-8")
    forms = messages.forms_of(messages.plural_of(path))
    rule = translate.read(text).plural
    assert {rule(number) for number in range(200)} == set(range(forms))


def test_no_message_is_put_together_from_parts():
    """A message has no placeholder at its ends but for names, and none is an f-string."""
    assert [message for message in MESSAGES if message != message.strip()] == []


CATALOGUE = r"""
# A note.
msgid ""
msgstr ""
"Plural-Forms: nplurals=3; "
"plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

msgid "{number} picture"
msgid_plural "{number} pictures"
msgstr[0] "{number} снимок"
msgstr[1] "{number} снимка"
msgstr[2] "{number} снимков"

#, fuzzy
msgid "A \"word\""
" and a line\n"
msgstr "Ein „Wort“"
" und eine Zeile\n"
msgid "not yet"
msgstr ""

#~ msgid "gone"
#~ msgstr "weg"
"""


def test_a_catalogue_is_read(monkeypatch, tmp_path):
    (tmp_path / "ru.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(translate, "FOLDER", tmp_path)
    translate.use("ru-RU")
    assert [trn("{number} picture", "{number} pictures", number) for number in (1, 3, 5, 11, 21)] == [
        "1 снимок",
        "3 снимка",
        "5 снимков",
        "11 снимков",
        "21 снимок",
    ]
    assert tr('A "word" and a line\n') == "Ein „Wort“ und eine Zeile\n"
    assert tr("not yet") == "not yet"
    assert tr("gone") == "gone"
    translate.use("pt-BR")
    assert trn("{number} picture", "{number} pictures", 3) == "3 pictures"


@pytest.mark.parametrize("locale", ["de-DE", "de_DE", "de-AT", "de"])
def test_the_language_is_that_of_obs(locale):
    translate.use(locale)
    assert tr("Background") == "Hintergrund"
    for other in ("", "xx-XX", "en-US"):
        translate.use(other)
        assert tr("Background") == "Background"


def test_a_sentence_knows_its_english_for_the_log():
    translate.use("de-DE")
    gone = tr('The microphone "{name}" is not there: choose another one, or none, to delay.', name="{Mic}")
    assert gone.startswith("Das Mikrofon „{Mic}“ ist nicht da")
    assert in_english(gone) == 'The microphone "{Mic}" is not there: choose another one, or none, to delay.'
    both = joined([gone, "", "plain"])
    assert both == f"{gone} plain"
    assert in_english(both) == f"{in_english(gone)} plain"
    assert in_english("plain") == "plain"


def test_a_sentence_can_be_copied():
    """A status with sentences in it is copied for obs-websocket."""
    copied = copy.deepcopy(Sentence("weg", "gone"))
    assert (copied, in_english(copied)) == ("weg", "gone")


def test_a_misspelt_placeholder_shows_the_english_sentence(monkeypatch, tmp_path):
    (tmp_path / "de.po").write_text('msgid "{name} is gone"\nmsgstr "{nmae} ist weg"\n', encoding="utf-8")
    monkeypatch.setattr(translate, "FOLDER", tmp_path)
    translate.use("de")
    assert tr("{name} is gone", name="X") == Sentence("X is gone", "X is gone")
