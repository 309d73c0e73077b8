# SPDX-License-Identifier: GPL-2.0-or-later
"""The writing end of the worker's standard input, which never makes anybody wait."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from .messages import WAKE_UP

if TYPE_CHECKING:
    from typing import IO

_END = b"\n"


class Outlet:
    """The writing end of the worker's stdin. Writing never waits.

    Rings keep it alive: it is closed only when no thread can be about to write, since the
    number of a closed file may at once belong to another file of OBS.
    """

    def __init__(self, file: IO[bytes]) -> None:
        """``file``: a pipe without a buffer."""
        self._file = file
        #: Whether a part of a line was written last. Of the one thread that sends.
        self._torn = False
        _never_wait(file.fileno())

    def __del__(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()

    def wake(self) -> None:
        """Wake the worker. If the pipe is full, it has enough to wake up from."""
        with contextlib.suppress(OSError):
            self._file.write(WAKE_UP)

    def send(self, line: bytes) -> bytes:
        """Write a line, ending with a newline; return what is still to be sent, empty if nothing is.

        Windows may take a part of a line. A wake-up of another thread, which is a newline, may then end it
        at any moment, so its rest cannot follow: the line begins again behind a newline, and the reader
        drops the broken one, which is no JSON.
        """
        data = _END + line if self._torn else line
        try:
            # None: the pipe is full.
            written = self._file.write(data) or 0
        except OSError:
            return line
        if written:
            self._torn = data[written - 1 : written] != _END
        if written == len(data):
            return b""
        # All but its end: the line is whole, and must not come twice.
        return _END if written == len(data) - 1 else line


def _never_wait(fd: int) -> None:
    if sys.platform != "win32":
        os.set_blocking(fd, False)
        return
    import ctypes
    import msvcrt

    nowait = ctypes.c_ulong(1)  # PIPE_NOWAIT
    handle = ctypes.c_void_p(msvcrt.get_osfhandle(fd))
    ctypes.windll.kernel32.SetNamedPipeHandleState(handle, ctypes.byref(nowait), None, None)
