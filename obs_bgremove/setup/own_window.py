# SPDX-License-Identifier: GPL-2.0-or-later
"""Keeps the window open that Windows opens when install.py is double-clicked, until it has been read."""

from __future__ import annotations

import contextlib

from ..translate import tr
from ..users_obs import windows_processes
from .question import someone_there

#: What stands between Explorer and our code: Python itself, and the launcher of files that end with .py.
_PYTHON = ("python.exe", "py.exe")


def keep_open() -> None:
    """Wait for the Enter key if Explorer started this program: the window closes when the program ends."""
    if someone_there() and started_by_explorer():
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            input(tr("Press Enter to close this window."))


def started_by_explorer() -> bool:
    """Return whether a double click started this program, and not a command in a window that stays."""
    names = windows_processes.parents()
    return next((name for name in names if name not in _PYTHON), "") == "explorer.exe"
