# SPDX-License-Identifier: GPL-2.0-or-later
"""Which Python may run the worker."""

from __future__ import annotations

import os
import shutil
import struct
import sys

from ..translate import joined, tr
from .errors import COMMAND

#: Before 3.10, time.perf_counter_ns starts at zero in each process on Windows and macOS
#: (https://bugs.python.org/issue37205): OBS and the worker could not compare their times.
OLDEST, NEWEST = (3, 10), (3, 14)


def problem(version: tuple[int, int] | None = None, bits: int | None = None) -> str:
    """Return what is wrong with this Python (or the one described) and what to do; empty if it serves."""
    version = version or sys.version_info[:2]
    bits = bits or struct.calcsize("P") * 8
    name = f"Python {version[0]}.{version[1]}"
    if version < OLDEST or version > NEWEST:
        oldest, newest = (".".join(map(str, one)) for one in (OLDEST, NEWEST))
        what = tr(
            "This is {name}, but the worker needs {oldest} to {newest}.",
            name=name,
            oldest=oldest,
            newest=newest,
        )
        return joined([what, _another()])
    if bits != 64:
        what = tr("This is a {bits}-bit Python, but onnxruntime is 64-bit only.", bits=bits)
        return joined([what, _another()])
    if _is_the_stores():
        return tr(
            "This Python is the Microsoft Store's, and OBS does not see what it writes below AppData: "
            "install Python from python.org and run '{command}'.",
            command=COMMAND,
        )
    return ""


def _is_the_stores() -> bool:
    places = (sys.base_prefix, os.path.realpath(sys.executable or ""))
    return sys.platform == "win32" and any("WindowsApps" in place for place in places)


def _another() -> str:
    if sys.platform == "win32":
        return tr("Install one of those from python.org and run '{command}'.", command=COMMAND)
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        if sys.version_info[:2] != (3, minor) and shutil.which(f"python3.{minor}"):
            return tr("Run '{command}' instead.", command=f"python3.{minor} install.py")
    return tr("Install one of those and run install.py with it.")
