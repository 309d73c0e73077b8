# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs outside of OBS, with the worker's variables: one run for what it prints, and the files' window."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from .. import home
from . import own_thread
from .process import StartProblem, outside

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Seconds to wait for its end.
_FAREWELL = 2.0


class Errand:
    """``printed``: None until the program has ended; then all that it has printed, or why it did not run."""

    def __init__(self, command: Callable[[], list[str]]) -> None:
        """Begin. ``command`` is called on the errand's thread and may raise StartProblem."""
        self.printed: str | None = None
        self._command = command
        self._process: subprocess.Popen[str] | None = None
        self._ended = False
        self._thread = own_thread.start("obs_bgremove errand", self._run)

    def _run(self) -> None:
        options: dict[str, Any] = {}
        if sys.platform == "win32":
            options["creationflags"] = subprocess.CREATE_NO_WINDOW
        try:
            command, variables = outside(self._command(), {})
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                cwd=home.PROJECT,
                env=variables,
                **options,
            )
            if self._ended:
                self._process.kill()
            self.printed = self._process.communicate()[0].strip()
        except StartProblem as problem:
            self.printed = str(problem)
        except (OSError, ValueError) as error:
            self.printed = str(getattr(error, "strerror", None) or error)

    def end(self) -> None:
        """End it, if it still runs, also where it has not begun yet."""
        self._ended = True
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()
        self._thread.join(_FAREWELL)


def show_folder(folder: Path) -> None:
    """Have the system show a folder in a window; it never waits. Raises StartProblem and OSError."""
    if sys.platform == "win32":
        os.startfile(folder)
        return
    command, variables = outside(["open" if sys.platform == "darwin" else "xdg-open", str(folder)], {})
    nowhere = subprocess.DEVNULL
    subprocess.Popen(
        command, stdin=nowhere, stdout=nowhere, stderr=nowhere, env=variables, start_new_session=True
    )
