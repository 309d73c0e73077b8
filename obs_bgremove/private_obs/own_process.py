# SPDX-License-Identifier: GPL-2.0-or-later
"""The process of a private OBS: started, watched and ended; its log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from ..users_obs.screen import has_display
from . import launch
from .wait import ObsError
from .x_window import close_window
from .xvfb import Xvfb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_ALWAYS = ("--multi", "--disable-updater", "--disable-shutdown-check")


class OwnProcess:
    """OBS as a process that keeps everything in ``directory``; it may be started again after its end.

    ``show`` opens it on the user's display; otherwise it gets an Xvfb of its own, where the system has one.
    """

    def __init__(
        self, directory: Path, environment: Mapping[str, str | None], show: bool, arguments: Sequence[str]
    ) -> None:
        self._directory = directory
        self._environment = dict(environment)
        self._show = show and has_display()
        self._arguments = list(arguments)
        self._display: Xvfb | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._runs = 0

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process of the newest start; ObsError if there was none."""
        if self._process is None:
            raise ObsError("OBS has not been started.")
        return self._process

    @property
    def running(self) -> bool:
        """Whether the process of OBS lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def display(self) -> str:
        """Name of the X display that OBS' window is on; empty if there is none."""
        return self._display.name if self._display else os.environ.get("DISPLAY", "")

    @property
    def log_file(self) -> Path:
        """What OBS printed during the newest start."""
        return self._directory / f"obs-{self._runs}.log"

    def log(self) -> str:
        """Return what OBS has printed since its newest start."""
        try:
            return self.log_file.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def log_end(self, lines: int = 30) -> str:
        """Return the last lines of the log."""
        return "\n".join(self.log().splitlines()[-lines:])

    def start(self) -> None:
        """Start OBS."""
        self._runs += 1
        if not self._show and self._display is None and sys.platform not in ("win32", "darwin"):
            self._display = Xvfb()
        program = launch.program(self._directory)
        xvfb = self._display.name if self._display else ""
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(
                [*program.command, *_ALWAYS, *self._arguments],
                cwd=program.directory,
                env=launch.variables(self._directory, xvfb, self._show, self._environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A Ctrl-C in the terminal is ours to handle, not OBS'.
                start_new_session=True,
            )

    def ask_to_end(self) -> None:
        """Ask OBS to end, as the close button of its window does."""
        if not self.running:
            return
        if sys.platform == "win32":
            # Posts WM_CLOSE to its windows, which is what the close button does.
            subprocess.run(["taskkill", "/PID", str(self.process.pid)], capture_output=True, check=False)
        elif self._display is None or not close_window(self._display.name, "OBS "):
            self.process.send_signal(signal.SIGINT)

    def wait(self, seconds: float) -> int:
        """Wait for the end of OBS and return its exit code (negative: the signal that ended it).

        Raises ObsError (after killing it) if it has not ended after ``seconds``.
        """
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise ObsError(f"OBS did not end within {seconds:g} s.\n{self.log_end()}") from None

    def kill(self, number: int) -> None:
        """End OBS at once, as a crash would."""
        if self.running:
            self.process.send_signal(number)
        if self._process is not None:
            self._process.wait()

    def close_display(self) -> None:
        """End the display that was made for OBS."""
        if self._display is not None:
            self._display.stop()
            self._display = None
