# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes to the log of OBS (Help > Log Files)."""

from __future__ import annotations

import traceback

from .functions import lib
from .structs import LOG_ERROR, LOG_INFO, LOG_WARNING
from .utf8 import utf8


def info(text: str) -> None:
    """Log a line that everybody may want to read."""
    _write(LOG_INFO, text)


def warning(text: str) -> None:
    """Log a line about something that does not work as the user asked."""
    _write(LOG_WARNING, text)


def exception(where: str) -> None:
    """Log the exception that is being handled, with its traceback."""
    for line in traceback.format_exc().rstrip().splitlines():
        _write(LOG_ERROR, f"{where}: {line}")


def _write(level: int, text: str) -> None:
    # blog() takes a printf format. Its variable arguments travel differently on Apple's
    # ARM, so the finished text is the format and there are none.
    lib.blog(level, utf8(f"[obs_bgremove] {text}".replace("%", "%%")))
