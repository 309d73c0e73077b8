# SPDX-License-Identifier: GPL-2.0-or-later
"""One run of the worker process, seen from OBS: how it is started, its pipes, its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from .. import flatpak, home
from ..files import as_path
from ..translate import tr
from . import own_thread
from .messages import LONGEST_TO_WORKER, Ask, Lines, MessageProblem, Tell, decode_tell, encode
from .outlet import Outlet
from .variables import added, workers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from io import BufferedWriter
    from pathlib import Path

_LOG_SIZE = 1 << 20
#: Seconds in which a signal has reached a worker outside of the sandbox.
_PASSED_ON = 0.5


class StartProblem(Exception):
    """The worker process cannot be started; the message is a sentence for the user."""


class Process:
    """A started worker process.

    ``heard(process, message)`` is called on a thread of its own for each message, and at last
    with None: the worker has closed its output, which it does only by ending.
    """

    def __init__(
        self,
        python: str,
        environment: Mapping[str, str],
        heard: Callable[[Process, Tell | None], None],
    ) -> None:
        """Start ``python`` with variables added to its environment; raise StartProblem."""
        options: dict[str, Any] = {}
        if sys.platform == "win32":
            options["creationflags"] = subprocess.CREATE_NO_WINDOW
        else:
            # Not in OBS' process group: Ctrl+C in a terminal is meant for OBS, which then ends us.
            options["start_new_session"] = True
        command, variables = outside([python, "-m", "obs_bgremove.worker", "serve"], environment)
        self._outside = flatpak.sandbox() is not None
        log = _open_log()
        try:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                close_fds=True,
                cwd=str(home.PROJECT),
                env=variables,
                **options,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StartProblem(
                tr(
                    "{python} cannot be started ({reason}); run install.py again.",
                    python=python,
                    reason=reason,
                )
            ) from None
        finally:
            if not isinstance(log, int):
                log.close()
        #: Of the process that was started; on Windows that is the launcher of a virtual
        #: environment, and in Flatpak what starts it outside; the worker (which sends its own) ends with it.
        self.pid = self._popen.pid
        stdin, self._popen.stdin = self._popen.stdin, None
        assert stdin is not None and self._popen.stdout is not None, "both are pipes"
        self.outlet: Outlet | None = Outlet(stdin)
        self._output = self._popen.stdout
        self._heard = heard
        self._unsent: list[bytes] = []
        self._reader = own_thread.start("obs_bgremove reader", self._read)

    def _read(self) -> None:
        lines = Lines()
        with self._output as pipe:
            while True:
                try:
                    data = os.read(pipe.fileno(), 65536)
                except OSError:
                    data = b""
                if not data:
                    break
                for line in lines.feed(data):
                    with contextlib.suppress(MessageProblem):
                        self._heard(self, decode_tell(line))
        self._heard(self, None)

    def send(self, message: Ask) -> None:
        """Say something to the worker, now or (the pipe being full) with ``send_rest``.

        Raises ValueError if the message is too long.
        """
        line = encode(message)
        if len(line) > LONGEST_TO_WORKER:
            raise ValueError(f"a message of {len(line)} bytes is too long")
        self._unsent.append(line)
        self.send_rest()

    def send_rest(self) -> None:
        """Send what did not fit into the pipe before."""
        while self._unsent and self.outlet:
            rest = self.outlet.send(self._unsent[0])
            if rest:
                self._unsent[0] = rest
                break
            del self._unsent[0]

    def hang_up(self) -> None:
        """Let go of the pipe to the worker.

        It is closed with the last ring that is not retired; that ends the worker.
        """
        self.outlet = None
        self._unsent.clear()

    def wait(self, timeout: float) -> int | None:
        """Return the exit code; None if it still runs after ``timeout`` seconds."""
        try:
            return self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End the process at once, also a stopped one."""
        with contextlib.suppress(OSError):
            if self._outside and self._popen.poll() is None:
                # These two are passed on to the worker outside; it would outlive the other end.
                self._popen.send_signal(signal.SIGTERM)
                self._popen.send_signal(signal.SIGCONT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._popen.wait(_PASSED_ON)
            self._popen.kill()

    def join(self, timeout: float) -> None:
        """Wait until everything the worker said was passed on."""
        self._reader.join(timeout)


def outside(command: list[str], environment: Mapping[str, str]) -> tuple[list[str], dict[str, str] | None]:
    """Return the command line that runs a command outside of a sandbox that OBS is in, and its variables.

    Those are the worker's, with those of ``environment``; None: those of OBS. Raises StartProblem.
    """
    inside = flatpak.sandbox()
    if not inside:
        return command, workers(environment)
    if inside.problem():
        raise StartProblem(inside.problem())
    # What starts it belongs to the sandbox.
    return inside.outside(command, home.PROJECT, added(environment)), None


def interpreter(chosen: str | None = None) -> str:
    """Return the Python that runs the worker: the chosen one, or the one that install.py recorded.

    Raises StartProblem if there is none.
    """
    python = chosen or home.read_record().get("python")
    if not isinstance(python, str) or not python:
        raise StartProblem(
            tr(
                "Background Removal is not completely installed: {file} names no interpreter. "
                "Run install.py.",
                file=home.record_file(),
            )
        )
    path = as_path(python)
    # In a sandbox the link to the system's Python leads nowhere: outside it does not.
    if not (path.is_symlink() if flatpak.sandbox() else path.is_file()):
        raise StartProblem(
            tr(
                "Background Removal is not completely installed: the interpreter {python} does not exist. "
                "Run install.py.",
                python=python,
            )
        )
    return str(path)


def log_file() -> Path:
    """Return the path of the worker's log."""
    return home.log_directory() / "worker.log"


def _open_log() -> BufferedWriter | int:
    """Return the open log, the large one of before put aside; the null device if it cannot be written."""
    path = log_file()
    try:
        home.make_own(path.parent)
        with contextlib.suppress(OSError):
            if path.stat().st_size > _LOG_SIZE:
                path.replace(path.with_suffix(".old.log"))
        return path.open("ab")
    except OSError:
        # A worker without a log is better than none.
        return subprocess.DEVNULL
