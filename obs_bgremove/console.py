# SPDX-License-Identifier: GPL-2.0-or-later
"""What programs print: a word that cannot be shown, or a terminal that is gone, stops none of them.

Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from . import translate

if TYPE_CHECKING:
    from typing import TextIO


def prepare() -> None:
    """Speak the user's language; letters that the terminal has no code for are printed as escapes.

    Call it first in a program.
    """
    translate.use_users()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def say(sentence: str) -> None:
    """Print one line at once; it is lost where it cannot be written (a full disk, a closed pipe)."""
    _print(sentence, sys.stdout)


def complain(sentence: str) -> None:
    """Print one line about what is wrong to standard error; it is lost where it cannot be written."""
    _print(sentence, sys.stderr)


def _print(sentence: str, stream: TextIO | None) -> None:
    if stream is None:
        # A program without a terminal, on Windows.
        return
    try:
        print(sentence, file=stream, flush=True)
    except (OSError, ValueError):
        _give_up(stream)


def _give_up(stream: TextIO) -> None:
    """Lead a stream nowhere: what is left in its buffer would be an error again when the program ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
