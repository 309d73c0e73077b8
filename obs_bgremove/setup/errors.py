# SPDX-License-Identifier: GPL-2.0-or-later
"""How the installation reports what it cannot do, and what it does."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .. import home
from ..console import say
from ..translate import tr
from . import causes

__all__ = ["COMMAND", "SetupError", "refuse", "say", "system_problem", "writing_problem"]

#: How a person runs install.py.
COMMAND = "py install.py" if sys.platform == "win32" else "python3 install.py"


class SetupError(Exception):
    """A sentence or two: what is wrong, and what to do about it."""


def refuse(problem: str) -> None:
    """Raise SetupError if something is wrong."""
    if problem:
        raise SetupError(problem)


def system_problem(error: OSError) -> SetupError:
    """Return the error for something that the system refused."""
    place = Path(os.fsdecode(error.filename)) if isinstance(error.filename, (str, bytes)) else None
    if place is None:
        return SetupError(str(error))
    if home.directory() in (place, *place.parents):
        return writing_problem(home.directory(), error)
    return SetupError(causes.of_error(error, place) or f"{place}: {error.strerror or error}")


def writing_problem(place: Path, error: OSError) -> SetupError:
    """Return the error for a place that cannot be written to."""
    known = causes.of_error(error, place)
    if known:
        return SetupError(known)
    return SetupError(
        tr(
            "{place} cannot be written to ({reason}): make it writable, or set {variable} to a folder "
            "that is.",
            place=place,
            reason=error.strerror or error,
            variable=home.VARIABLE,
        )
    )
