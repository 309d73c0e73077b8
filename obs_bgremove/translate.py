# SPDX-License-Identifier: GPL-2.0-or-later
"""Sentences in the user's language.

A message is a whole sentence in English, with named placeholders: ``tr("{name} is gone.", name=name)``. The
catalogues are gettext's (``languages/*.po``), read when OBS starts. A message that a catalogue lacks stays
English. Standard library only. ``python -m tests.messages`` collects the messages of the source.
"""

from __future__ import annotations

import ast
import gettext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOLDER = Path(__file__).resolve().parent / "languages"


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


def use(locale: str) -> None:
    """Use the language of a locale as OBS names it ("de-DE", "pt-BR"), English if there is no catalogue."""
    global _present
    names = [locale.replace("-", "_"), locale.replace("_", "-").split("-")[0]]
    found = [path for name in names if name for path in [FOLDER / f"{name}.po"] if path.is_file()]
    _present = read(found[0].read_text(encoding="utf-8")) if found else _ENGLISH


class Sentence(str):
    """A text in the user's language that knows its English, for the log."""

    english: str

    def __new__(cls, local: str, english: str) -> Sentence:
        made = super().__new__(cls, local)
        made.english = english
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Return what a copy of it is made from."""
        return str(self), self.english


def in_english(text: str) -> str:
    """Return the English of a text; the text itself if nobody has translated it."""
    return text.english if isinstance(text, Sentence) else text


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


def _filled(text: str, english: str, values: dict[str, object]) -> str:
    if not values:
        return Sentence(text, english)
    plain = english.format(**values)
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
