# SPDX-License-Identifier: GPL-2.0-or-later
"""Sentences in the user's language: the reader of catalogues, and that the catalogues are whole."""

from __future__ import annotations

import copy
import os
import re
import string
import subprocess
import sys

import pytest

from obs_bgremove import translate
from obs_bgremove.home import PROJECT
from obs_bgremove.link.variables import workers as variables_of_the_worker
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


#: The languages beside English, with how many forms a plural has in each.
PLURALS = {
    "de": 2,
    "es": 2,
    "fr": 2,
    "it": 2,
    "ja": 1,
    "ko": 1,
    "pl": 3,
    "pt_BR": 2,
    "ro": 3,
    "ru": 3,
    "tr": 2,
    "uk": 3,
    "vi": 1,
    "zh_CN": 1,
    "zh_TW": 1,
}


def test_there_are_messages_and_catalogues():
    assert len(MESSAGES) > 100
    assert {path.stem for path in CATALOGUES} >= set(PLURALS)


@catalogues
def test_a_plural_has_as_many_forms_as_the_language(path):
    # Of a language that is not in the list, only its rule is known.
    rule = messages.plural_of(path)
    assert messages.forms_of(rule) == PLURALS.get(path.stem, messages.forms_of(rule))
    known = translate.read(path.read_text(encoding="utf-8")).messages
    wrong = [
        one for one, forms in known.items() if len(forms) != (messages.forms_of(rule) if MESSAGES[one] else 1)
    ]
    assert wrong == []


@catalogues
def test_a_sentence_is_not_left_in_english(path):
    """Names may be the same in two languages; a sentence of some words never is."""
    known = translate.read(path.read_text(encoding="utf-8")).messages
    words = {message: re.sub(r"\{\w+\}", "", message).split() for message in known}
    assert [
        one for one, forms in known.items() if len(words[one]) > 3 and one in forms and one[-1] in ".?!"
    ] == []


@catalogues
def test_every_message_is_translated_and_no_other(path):
    known = translate.read(path.read_text(encoding="utf-8")).messages
    missing = [message for message in MESSAGES if message not in known]
    assert [message for message in known if message not in MESSAGES] == []
    assert missing == []


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


def test_an_exception_keeps_both_languages():
    translate.use("de-DE")
    error = ValueError(tr("Choose another model."))
    assert (str(error), in_english(str(error))) == ("Wähle ein anderes Modell.", "Choose another model.")


def test_a_sentence_within_a_sentence_is_english_in_the_log():
    translate.use("de-DE")
    fault = tr("{device} failed: {reason}.", device="CUDA", reason=tr("it is empty"))
    assert fault == "CUDA hat versagt: sie ist leer."
    assert in_english(fault) == "CUDA failed: it is empty."


@pytest.mark.parametrize(
    ("locale", "file"),
    [
        ("de-AT", "de"),
        ("de_DE.UTF-8@euro", "de"),
        ("pt-BR", "pt_BR"),
        ("pt", None),
        ("zh-CN", "zh_CN"),
        ("zh", "zh_CN"),
        ("zh_SG", "zh_CN"),
        ("zh_HK", "zh_TW"),
        ("zh-Hant-HK", "zh_TW"),
        ("zh_Hans_HK", "zh_CN"),
        ("uk-UA", "uk"),
        ("../../de", None),
        ("", None),
        ("C.UTF-8", None),
    ],
)
def test_the_catalogue_of_a_locale(monkeypatch, tmp_path, locale, file):
    for name in ("de", "pt_BR", "zh_CN", "zh_TW", "uk"):
        (tmp_path / f"{name}.po").write_text("")
    monkeypatch.setattr(translate, "FOLDER", tmp_path)
    found = translate.catalogue(locale)
    assert (found and found.stem) == file


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_AT"}, "de"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:en"}, "de"),
        ({"LANG": "en_US.UTF-8", translate.VARIABLE: "de-DE"}, "de"),
        ({"LANG": "de_DE.UTF-8", translate.VARIABLE: "en"}, "en"),
        # The catalogue has letters that cannot be printed there.
        ({"LANG": "de_DE.UTF-8", "PYTHONIOENCODING": "ascii"}, "en"),
    ],
)
def test_a_program_speaks_the_language_of_whoever_runs_it(variables, language):
    """Before anything is installed: with this Python alone."""
    script = "from obs_bgremove import console; from obs_bgremove.translate import tr; console.prepare(); "
    wanted = ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", translate.VARIABLE)
    others = {name: value for name, value in os.environ.items() if name not in wanted}
    done = subprocess.run(
        [sys.executable, "-c", f"{script}print(tr('Background'))"],
        env={**others, "PYTHONIOENCODING": "utf-8", **variables},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == {"de": "Hintergrund", "en": "Background"}[language]


def test_the_worker_speaks_the_language_of_obs(monkeypatch):
    monkeypatch.setattr(translate, "_locale", "de-DE")
    assert variables_of_the_worker({})[translate.VARIABLE] == "de-DE"
    monkeypatch.setattr(translate, "_locale", "")
    assert variables_of_the_worker({})[translate.VARIABLE] == "en"


def test_a_sentence_can_be_copied():
    """A status with sentences in it is copied for obs-websocket."""
    copied = copy.deepcopy(Sentence("weg", "gone"))
    assert (copied, in_english(copied)) == ("weg", "gone")


def test_a_misspelt_placeholder_shows_the_english_sentence(monkeypatch, tmp_path):
    (tmp_path / "de.po").write_text('msgid "{name} is gone"\nmsgstr "{nmae} ist weg"\n', encoding="utf-8")
    monkeypatch.setattr(translate, "FOLDER", tmp_path)
    translate.use("de")
    assert tr("{name} is gone", name="X") == Sentence("X is gone", "X is gone")
