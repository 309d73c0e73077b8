# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for OBS, and the error where that is in vain."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

#: How long OBS may take for things that normally take a second or two, on a machine that is busy.
PATIENCE = 90.0


class ObsError(RuntimeError):
    """OBS did not do what it was asked to; the text says what, with the end of its log."""


def wait_for(condition: Callable[[], T], what: str, seconds: float = PATIENCE, pause: float = 0.05) -> T:
    """Return the first true value of ``condition()``; TimeoutError naming ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds:g} s still not: {what}")
        time.sleep(pause)
