# SPDX-License-Identifier: GPL-2.0-or-later
"""How the installation reports what it cannot do, and what it does."""

from __future__ import annotations

import sys

#: How a person runs install.py.
COMMAND = "py install.py" if sys.platform == "win32" else "python3 install.py"


class SetupError(Exception):
    """A sentence or two: what is wrong, and what to do about it."""


def say(sentence: str) -> None:
    """Print one line at once."""
    print(sentence, flush=True)


def writing_problem(place: object, error: OSError) -> SetupError:
    """Return the error for a place that cannot be written to."""
    reason = error.strerror or error
    return SetupError(
        f"{place} cannot be written to ({reason}): make it writable, "
        "or set OBS_BGREMOVE_HOME to a folder that is."
    )
