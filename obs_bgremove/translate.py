# SPDX-License-Identifier: GPL-2.0-or-later
"""Sentences in the user's language.

A message is a whole sentence in English, with named placeholders: ``tr("{name} is gone.", name=name)``. The
catalogues are gettext's (``languages/*.po``), read when OBS starts. A message that a catalogue lacks stays
English. Standard library only. ``python -m tests.messages`` collects the messages of the source.
"""

from __future__ import annotations

import ast
import gettext
import locale as system
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOLDER = Path(__file__).resolve().parent / "languages"
#: Names the locale to the programs that OBS or install.py start.
VARIABLE = "OBS_BGREMOVE_LANGUAGE"


class Catalogue:
    """The messages of one language. ``plural``: which of the forms of a message a number takes."""

    def __init__(self) -> None:
        self.messages: dict[str, list[str]] = {}
        self.plural: Callable[[int], int] = lambda number: int(number != 1)

    def find(self, message: str, number: int = 1) -> str:
        """Return a message in this language, in the form for a number; empty if it is not there."""
        forms = self.messages.get(message, [])
        index = self.plural(number) if len(forms) > 1 else 0
        return forms[index] if index < len(forms) else ""


_ENGLISH = Catalogue()
_present = _ENGLISH
_locale = ""


def use(locale: str) -> None:
    """Use the language of a locale as OBS names it ("de-DE", "pt-BR"), English if there is no catalogue."""
    global _present, _locale
    _locale = locale
    path = catalogue(locale)
    _present = read(path.read_text(encoding="utf-8")) if path else _ENGLISH


def catalogue(locale: str) -> Path | None:
    """Return the file of a locale's language: that of its country before that of the language alone.

    The script of a Chinese locale ("zh_Hant_HK") says more than its country.
    """
    language, *parts = locale.partition(".")[0].partition("@")[0].replace("-", "_").split("_")
    if language == "zh":
        traditional = {"Hant", "TW", "HK", "MO"} & set(parts) and "Hans" not in parts
        parts = ["TW" if traditional else "CN"]
    names = [*("_".join([language, one]) for one in parts), language]
    found = (FOLDER / f"{name}.po" for name in names if name.replace("_", "").isalnum())
    return next((path for path in found if path.is_file()), None)


def locale() -> str:
    """Return the locale whose language is used; empty: English."""
    return _locale


def use_users() -> None:
    """Use the user's own language, in a program that prints: never one whose letters cannot be printed."""
    use(os.environ.get(VARIABLE) or _users())
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        for forms in _present.messages.values():
            "".join(forms).encode(encoding)
    except (LookupError, UnicodeEncodeError):
        use("")


def _users() -> str:
    """Return the user's locale: as gettext finds it, or on Windows the language of its windows."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    if not named and sys.platform == "win32":
        import ctypes

        return system.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    if named.partition(".")[0] in ("", "C", "POSIX"):
        return ""
    return os.environ.get("LANGUAGE", "").partition(":")[0] or named


class Sentence(str):
    """A text in the user's language that knows its English, for the log. An exception may carry it."""

    english: str

    def __new__(cls, local: str, english: str) -> Sentence:
        made = super().__new__(cls, local)
        made.english = english
        return made

    def __str__(self) -> str:
        """Return it as it is: str() of an exception keeps the English, too."""
        return self

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Return what a copy of it is made from."""
        return self[:], self.english


def in_english(text: object) -> str:
    """Return the English of a text; the text itself if nobody has translated it."""
    return text.english if isinstance(text, Sentence) else str(text)


def joined(sentences: Iterable[str]) -> str:
    """Return sentences as one text; empty ones are left out."""
    kept = [one for one in sentences if one]
    return Sentence(" ".join(kept), " ".join(map(in_english, kept)))


def N(message: str) -> str:
    """Mark a message that is translated later, where it is shown."""
    return message


def tr(message: str, **values: object) -> str:
    """Return a message in the user's language, with its placeholders filled in."""
    return _filled(_present.find(message) or message, message, values)


def trn(one: str, many: str, number: int, **values: object) -> str:
    """Return one of two messages by a number, in the user's language; ``number`` is a placeholder, too."""
    english = one if number == 1 else many
    return _filled(_present.find(one, number) or english, english, {"number": number, **values})


def _plain(value: object) -> object:
    return value.english if isinstance(value, Sentence) else value


def _filled(text: str, english: str, values: dict[str, object]) -> str:
    if not values:
        return Sentence(text, english)
    plain = english.format(**{key: _plain(value) for key, value in values.items()})
    try:
        return Sentence(text.format(**values), plain)
    except (KeyError, IndexError, ValueError):
        # A placeholder that is misspelt in a catalogue: the user still gets to know what is wrong.
        return Sentence(plain, plain)


def read(text: str) -> Catalogue:
    """Return the catalogue in the text of a .po file; ValueError if that cannot be understood."""
    catalogue, entry, key = Catalogue(), dict[str, str](), ""
    for line in [*text.splitlines(), ""]:
        line = line.strip()
        if line.startswith("#"):
            # A translator's note, or a message that is not used any more.
            continue
        if not line:
            _take(catalogue, entry)
            entry, key = {}, ""
        elif line.startswith('"') and key:
            entry[key] += _string(line)
        else:
            key, _, value = line.partition(" ")
            if key == "msgid" and "msgstr" in "".join(entry):
                _take(catalogue, entry)
                entry = {}
            entry[key] = _string(value)
    return catalogue


def _string(quoted: str) -> str:
    value = ast.literal_eval(quoted)
    if not isinstance(value, str):
        raise ValueError(f"not a string: {quoted}")
    return value


def _take(catalogue: Catalogue, entry: dict[str, str]) -> None:
    if "msgid" not in entry:
        return
    forms = [text for key, text in entry.items() if key.startswith("msgstr")]
    if entry["msgid"]:
        if all(forms):
            catalogue.messages[entry["msgid"]] = forms
        return
    for line in forms[0].splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "plural-forms" and "plural=" in value:
            catalogue.plural = gettext.c2py(value.split("plural=")[1].strip().rstrip(";"))
