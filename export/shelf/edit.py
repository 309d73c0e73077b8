# SPDX-License-Identifier: GPL-2.0-or-later
"""Edits the text of a card. What is not edited stays as it was, comments included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Comment, Table, Whitespace

from obs_bgremove.files import replace_whole

from ..common.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    #: What a section may hold.
    Values = Mapping[str, str | float | bool]


def with_section(text: str, section: str, values: Values) -> str:
    """Return the card's ``text`` with ``[section]`` replaced by ``values`` (appended if it was not there).

    The comments of the section's header and values go with them; comments below its last value belong to
    what follows, and stay. Raises tomlkit's TOMLKitError (a ValueError) if ``text`` is not TOML.
    """
    document = tomlkit.parse(text)
    before = document.get(section)
    if before is None:
        return text.rstrip("\n") + "\n\n" + tomlkit.dumps({section: dict(values)})
    fresh = tomlkit.table()
    for key, value in values.items():
        fresh.add(key, value)
    if isinstance(before, Table):
        for item in _below_last_value(before):
            fresh.add(item)
    document[section] = fresh
    return tomlkit.dumps(document)


def without_section(text: str, section: str) -> str:
    """Return the card's ``text`` without ``[section]``; raise TOMLKitError if ``text`` is not TOML."""
    document = tomlkit.parse(text)
    document.pop(section, None)
    return tomlkit.dumps(document)


def with_value(text: str, key: str, value: str) -> str:
    """Return the card's ``text`` with the top-level ``key`` set; raise TOMLKitError if it is not TOML."""
    document = tomlkit.parse(text)
    document[key] = value
    return tomlkit.dumps(document)


def write_sections(path: Path, sections: Mapping[str, Values]) -> None:
    """Replace the named sections of the card at ``path``, whole or not at all.

    Raises ExportError if the card is not TOML, or cannot be written.
    """
    try:
        text = path.read_text(encoding="utf-8")
        for section, values in sections.items():
            text = with_section(text, section, values)
        replace_whole(path, text)
    except OSError as error:
        raise ExportError(f"{path} cannot be filled ({error.strerror}); make it writable.") from None
    except (TOMLKitError, ValueError) as error:
        raise ExportError(f"{path} was not filled: it is not a TOML file ({error}); correct it.") from None


def _below_last_value(table: Table) -> list[Comment | Whitespace]:
    found: list[Comment | Whitespace] = []
    for key, item in table.value.body:
        if key is None and isinstance(item, (Comment, Whitespace)):
            found.append(item)
        else:
            found.clear()
    return found
