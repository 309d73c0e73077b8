# SPDX-License-Identifier: GPL-2.0-or-later
"""Keeps the window open that Windows opens when install.py is double-clicked, until it has been read."""

from __future__ import annotations

import contextlib

from ..translate import tr
from ..users_obs import windows_processes
from .question import someone_there


def keep_open() -> None:
    """Wait for the Enter key if the window is this program's own: it closes when the program ends."""
    if someone_there() and is_own():
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            input(tr("Press Enter to close this window."))


def is_own() -> bool:
    """Return whether there is Python alone in the window, and no shell that outlives it.

    Not who started it: a file is opened by Explorer, by its dialog of programs, by another file manager, or,
    from a shell too, by Windows' service for packaged programs, as the Python install manager is.
    """
    names = windows_processes.of_this_console()
    # Python itself, and launchers such as py.exe, python3.12.exe and pymanager.exe.
    return bool(names) and all(name.startswith("py") for name in names)
