# SPDX-License-Identifier: GPL-2.0-or-later
"""The models that one network becomes: one for people, and one for each other subject that it can keep."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ..common.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .reading import Reading

#: Characters that the list in OBS shows.
_LONGEST = 100


class Edition(NamedTuple):
    """A model in the making: its name, what it keeps (empty: people), and how the network is read for it."""

    name: str
    subject: str
    reading: Reading


def editions(name: str, reading: Reading, subjects: Sequence[str]) -> list[Edition]:
    """Return the model ``name`` for people, and one for each of ``subjects`` ("Person and pets=8,12,15").

    Raises ExportError if a subject is not written so, or comes twice.
    """
    found = [Edition(name, "", reading)]
    for text in subjects:
        subject, channels = _read(text)
        made = f"{name}-{re.sub('[^a-z0-9]+', '-', subject.lower()).strip('-') or len(found)}"
        if any(made == one.name for one in found):
            raise ExportError(f"Two subjects would become the model {made!r}; name them otherwise.")
        found.append(Edition(made, subject, replace(reading, channels=channels)))
    return found


def _read(text: str) -> tuple[str, tuple[int, ...]]:
    subject, _, numbers = (part.strip() for part in text.rpartition("="))
    if not (subject and subject.isprintable() and len(subject) <= _LONGEST):
        raise ExportError(f"--subject {text!r} has no name; write it as 'Person and pets=8,12,15'.")
    if not re.fullmatch(r"\d+(\s*,\s*\d+)*", numbers):
        raise ExportError(f"--subject {text!r} has no channels; write it as 'Person and pets=8,12,15'.")
    return subject, tuple(dict.fromkeys(int(number) for number in numbers.split(",")))
