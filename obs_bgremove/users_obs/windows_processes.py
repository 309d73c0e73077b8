# SPDX-License-Identifier: GPL-2.0-or-later
"""The processes of this user's session on Windows: another user's OBS is none of ours."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Entry(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = [
        ("size", ctypes.c_uint32),
        ("usage", ctypes.c_uint32),
        ("pid", ctypes.c_uint32),
        ("heap", ctypes.c_size_t),
        ("module", ctypes.c_uint32),
        ("threads", ctypes.c_uint32),
        ("parent", ctypes.c_uint32),
        ("priority", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
        ("name", ctypes.c_wchar * 260),
    ]


class _Process(NamedTuple):
    pid: int
    #: Of the program's file, in small letters.
    name: str


_SNAPSHOT_OF_PROCESSES = 2
#: More programs than we ask for share no console's window.
_MOST_OF_A_CONSOLE = 256
_QUERY_LIMITED_INFORMATION = 0x1000


def named(names: tuple[str, ...]) -> dict[int, Path | None]:
    """Return the processes of programs of these names: their numbers, and where the programs lie."""
    if sys.platform != "win32":
        return {}
    kernel = ctypes.WinDLL("kernel32")
    ours = _session(kernel, os.getpid())
    return {
        process.pid: _program(kernel, process.pid)
        for process in _all(kernel)
        if process.name in names and _session(kernel, process.pid) == ours
    }


def of_this_console() -> list[str]:
    """Return the names of the programs in our console's window, this one's too, in small letters."""
    if sys.platform != "win32":
        return []
    kernel = ctypes.WinDLL("kernel32")
    numbers = (ctypes.c_uint32 * _MOST_OF_A_CONSOLE)()
    count = min(kernel.GetConsoleProcessList(numbers, len(numbers)), len(numbers))
    names = {process.pid: process.name for process in _all(kernel)}
    return [names[pid] for pid in numbers[:count] if pid in names]


def _all(kernel: ctypes.CDLL) -> Iterator[_Process]:
    kernel.CreateToolhelp32Snapshot.restype = ctypes.c_void_p
    for function in (kernel.Process32FirstW, kernel.Process32NextW):
        function.argtypes = (ctypes.c_void_p, ctypes.POINTER(_Entry))
    kernel.CloseHandle.argtypes = (ctypes.c_void_p,)
    snapshot = kernel.CreateToolhelp32Snapshot(_SNAPSHOT_OF_PROCESSES, 0)
    entry = _Entry(size=ctypes.sizeof(_Entry))
    more = kernel.Process32FirstW(snapshot, ctypes.byref(entry))
    while more:
        yield _Process(entry.pid, entry.name.lower())
        more = kernel.Process32NextW(snapshot, ctypes.byref(entry))
    kernel.CloseHandle(snapshot)


def _session(kernel: ctypes.CDLL, pid: int) -> int:
    """Return the number of a process' session; -1 if it has just ended."""
    session = ctypes.c_uint32()
    return session.value if kernel.ProcessIdToSessionId(pid, ctypes.byref(session)) else -1


def _program(kernel: ctypes.CDLL, pid: int) -> Path | None:
    kernel.OpenProcess.restype = ctypes.c_void_p
    process = kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, False, pid)
    if not process:
        return None
    name, size = ctypes.create_unicode_buffer(32768), ctypes.c_uint32(32768)
    kernel.QueryFullProcessImageNameW.argtypes = (
        *(ctypes.c_void_p, ctypes.c_uint32),
        *(ctypes.c_wchar_p, ctypes.POINTER(ctypes.c_uint32)),
    )
    known = kernel.QueryFullProcessImageNameW(process, 0, name, ctypes.byref(size))
    kernel.CloseHandle(process)
    return Path(name.value) if known else None
