# SPDX-License-Identifier: GPL-2.0-or-later
"""The version that Windows shows for a program."""

from __future__ import annotations

import ctypes
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def file_version(program: Path) -> tuple[int, ...]:
    """Return the version in a program's resources, such as (32, 2, 2); empty if it has none."""
    if sys.platform != "win32":
        return ()
    library = ctypes.WinDLL("version")
    name = ctypes.c_wchar_p(str(program))
    size = library.GetFileVersionInfoSizeW(name, None)
    data = ctypes.create_string_buffer(max(size, 1))
    if not size or not library.GetFileVersionInfoW(name, 0, size, data):
        return ()
    found, length = ctypes.c_void_p(), ctypes.c_uint()
    if not library.VerQueryValueW(data, "\\", ctypes.byref(found), ctypes.byref(length)) or not found.value:
        return ()
    # VS_FIXEDFILEINFO: the third and fourth word are the version, in halves of 16 bits.
    minor, major, _, patch = struct.unpack("<8x4H", ctypes.string_at(found.value, 16))
    return (major, minor, patch)
