# SPDX-License-Identifier: GPL-2.0-or-later
"""The worker's log, which is its standard error. Writing to it never fails: a full disk stops no thread."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback

_STDERR = 2


def note(text: str) -> None:
    """Write a line; it is lost where the log cannot be written."""
    # Not by print: what a buffer cannot get rid of stays in it and fails again with the next line.
    data = f"{text}\n".encode(errors="backslashreplace")
    with contextlib.suppress(OSError):
        os.write(_STDERR, data)


def note_error(error: BaseException) -> None:
    """Write an exception with the way it took."""
    try:
        text = "".join(traceback.format_exception(error)).rstrip()
    except Exception:  # noqa: BLE001 (an exception of a library may not even be printed)
        text = type(error).__name__
    note(text)


def flush() -> None:
    """Write what others have printed; it stays where it is if the log cannot be written."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()
