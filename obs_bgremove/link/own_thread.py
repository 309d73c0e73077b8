# SPDX-License-Identifier: GPL-2.0-or-later
"""Threads with room enough, whatever another script of the same OBS wants for its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LOCK = threading.Lock()


def start(name: str, target: Callable[..., object], *arguments: object) -> threading.Thread:
    """Start a daemon thread that calls ``target`` with the arguments, and return it.

    Its stack has the system's own size. ``threading.stack_size`` is one setting for all scripts, and with as
    little as it allows (32 KiB) our threads, and OBS with them, crash.
    """
    thread = threading.Thread(target=target, args=arguments, name=name, daemon=True)
    with _LOCK:
        wished = threading.stack_size(0)
        try:
            thread.start()
        finally:
            threading.stack_size(wished)
    return thread
