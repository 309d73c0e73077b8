# SPDX-License-Identifier: GPL-2.0-or-later
"""One run of the worker process, seen from OBS: how it is started, its pipes, its end."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from .. import home
from .messages import LONGEST_TO_WORKER, WAKE_UP, Lines, decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LOG_SIZE = 1 << 20


class StartProblem(Exception):
    """The worker process cannot be started; the message is a sentence for the user."""


class Outlet:
    """The writing end of the worker's stdin. Writing never waits.

    Rings keep it alive: it is closed only when no thread can be about to write, since the
    number of a closed file may at once belong to another file of OBS.
    """

    def __init__(self, file):
        self._file = file
        _never_wait(file.fileno())

    def __del__(self):
        with contextlib.suppress(OSError):
            self._file.close()

    def wake(self) -> None:
        """Wake the worker. If the pipe is full, it has enough to wake up from."""
        with contextlib.suppress(OSError):
            self._file.write(WAKE_UP)

    def send(self, line: bytes) -> bool:
        """Write a whole line; False if the pipe is full, or the worker has ended."""
        try:
            return self._file.write(line) == len(line)
        except OSError:
            return False


class Process:
    """A started worker process.

    ``heard(process, message)`` is called on a thread of its own for each message, and at last
    with None: the worker has closed its output, which it does only by ending.
    """

    def __init__(self, python: str, environment: dict, heard: Callable[[Process, dict | None], None]):
        """Raise StartProblem."""
        options = {}
        if sys.platform == "win32":
            options["creationflags"] = subprocess.CREATE_NO_WINDOW
        else:
            # Not in OBS' process group: Ctrl+C in a terminal is meant for OBS, which then ends us.
            options["start_new_session"] = True
        log = _open_log()
        try:
            self._popen = subprocess.Popen(
                [python, "-m", "obs_bgremove.worker", "serve"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                close_fds=True,
                cwd=str(home.PROJECT),
                env=_environment(environment),
                **options,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StartProblem(f"{python} cannot be started ({reason}); run install.py again.") from None
        finally:
            if log is not subprocess.DEVNULL:
                log.close()
        #: Of the process that was started; on Windows that is the launcher of a virtual
        #: environment, and the worker (which tells its own) ends with it.
        self.pid = self._popen.pid
        self.outlet: Outlet | None = Outlet(self._popen.stdin)
        self._popen.stdin = None
        self._heard = heard
        self._unsent: list[bytes] = []
        self._reader = threading.Thread(target=self._read, name="obs_bgremove reader", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        lines = Lines()
        with self._popen.stdout as pipe:
            while True:
                try:
                    data = os.read(pipe.fileno(), 65536)
                except OSError:
                    data = b""
                if not data:
                    break
                for line in lines.feed(data):
                    with contextlib.suppress(ValueError):
                        self._heard(self, decode(line))
        self._heard(self, None)

    def send(self, message: dict) -> None:
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
        while self._unsent and self.outlet and self.outlet.send(self._unsent[0]):
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
            self._popen.kill()

    def join(self, timeout: float) -> None:
        """Wait until everything the worker said was passed on."""
        self._reader.join(timeout)


def _environment(extra: dict) -> dict:
    # What OBS, or whoever started it, says about a Python is about another one than ours.
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("PYTHON") and name != "__PYVENV_LAUNCHER__"
    }
    kept["PYTHONPATH"] = str(home.PROJECT)
    kept["PYTHONUTF8"] = "1"
    kept[home.VARIABLE] = str(home.directory())
    kept.update(extra)
    return kept


def log_file() -> Path:
    """Return the path of the worker's log."""
    return home.log_directory() / "worker.log"


def _open_log():
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            if path.stat().st_size > _LOG_SIZE:
                os.replace(path, path.with_suffix(".old.log"))
        return open(path, "ab")
    except OSError:
        # A worker without a log is better than none.
        return subprocess.DEVNULL


def _never_wait(fd: int) -> None:
    if sys.platform != "win32":
        os.set_blocking(fd, False)
        return
    import ctypes
    import msvcrt

    nowait = ctypes.c_ulong(1)  # PIPE_NOWAIT
    handle = ctypes.c_void_p(msvcrt.get_osfhandle(fd))
    ctypes.windll.kernel32.SetNamedPipeHandleState(handle, ctypes.byref(nowait), None, None)
