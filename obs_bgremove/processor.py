# SPDX-License-Identifier: GPL-2.0-or-later
"""Which processor a Python or a program is made for, as "AMD64" (Windows) or "x86_64", "ARM64" or "arm64".

On ARM, Windows and macOS run programs for AMD64 too, but none of them loads a library for the other.
"""

from __future__ import annotations

import platform
import struct
import sys
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_OF_WINDOWS = {"win-amd64": "AMD64", "win-arm64": "ARM64"}
#: PE format, section "Machine types".
_MACHINES = {0x8664: "AMD64", 0xAA64: "ARM64"}
#: The beginning of a Mach-O file for one processor, and the number of that.
_MACH_O, _OF_MACOS = 0xFEEDFACF, {0x01000007: "x86_64", 0x0100000C: "arm64"}


def of_this_python() -> str:
    """Return the processor that this Python is made for, as packages' names have it; "" if it is another one.

    On Windows ``platform.machine()`` names the machine's own, and asks a service for it, which can take long
    and which OBS would wait for.
    """
    if sys.platform == "win32":
        return _OF_WINDOWS.get(sysconfig.get_platform(), "")
    return platform.machine()


def of_file(file: Path) -> str:
    """Return the processor that a program or library is made for; "" if that is not known, or for several."""
    try:
        with file.open("rb") as opened:
            start = opened.read(64)
            mark, machine = struct.unpack_from("<II", start)
            if mark == _MACH_O:
                return _OF_MACOS.get(machine, "")
            opened.seek(struct.unpack_from("<I", start, 60)[0])
            signature, machine = struct.unpack("<4sH", opened.read(6))
    except (OSError, struct.error):
        return ""
    return _MACHINES.get(machine, "") if start[:2] == b"MZ" and signature == b"PE\0\0" else ""
