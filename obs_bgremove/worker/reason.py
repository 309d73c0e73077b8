# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors of libraries as a part of a sentence."""

from __future__ import annotations

from ..translate import Sentence

_LONGEST = 300


def reason(error: BaseException) -> str:
    """Return the first line of an error, without a full stop; its type's name if it says nothing."""
    if isinstance(str(error), Sentence):
        # One of ours, which is half a sentence already.
        return str(error)
    return shortened((str(error).strip() or type(error).__name__).splitlines()[0])


def shortened(line: str) -> str:
    """Return a line without a full stop, cut where it is too long to be read."""
    line = line.strip().rstrip(".")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."
