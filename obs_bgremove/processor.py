# SPDX-License-Identifier: GPL-2.0-or-later
"""Which processor a Python, or a program of Windows, is made for: "AMD64" or "ARM64" there.

Windows on ARM runs programs for AMD64 too, but none of them loads a library that is made for the other.
"""

from __future__ import annotations

import os
import struct
import sys
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_OF_WINDOWS = {"win-amd64": "AMD64", "win-arm64": "ARM64"}
#: PE format, section "Machine types".
_MACHINES = {0x8664: "AMD64", 0xAA64: "ARM64"}


def of_this_python() -> str:
    """Return the processor that this Python is made for, as packages' names have it; "" if it is another one.

    Not ``platform.machine()``: on Windows that names the machine's own, and asks a service for it, which can
    take long and which OBS would wait for.
    """
    if sys.platform == "win32":
        return _OF_WINDOWS.get(sysconfig.get_platform(), "")
    return os.uname().machine


def of_file(file: Path) -> str:
    """Return the processor that a program or library of Windows is made for; "" where that is not known."""
    try:
        with file.open("rb") as opened:
            start = opened.read(64)
            opened.seek(struct.unpack_from("<I", start, 60)[0])
            signature, machine = struct.unpack("<4sH", opened.read(6))
    except (OSError, struct.error):
        return ""
    return _MACHINES.get(machine, "") if start[:2] == b"MZ" and signature == b"PE\0\0" else ""
