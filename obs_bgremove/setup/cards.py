# SPDX-License-Identifier: GPL-2.0-or-later
"""Which graphics cards this machine has, and whether something is there that WebGPU reaches them by."""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path

from .. import processor

#: Makers by their number on the PCI bus. Cards of virtual machines are none for us.
MAKERS = {0x1002: "AMD", 0x1022: "AMD", 0x8086: "Intel", 0x10DE: "NVIDIA"}
_DRM = Path("/sys/class/drm")


def cards() -> tuple[str, ...]:
    """Return the graphics cards by name, or by maker where that is all there is to know."""
    if sys.platform == "win32":
        return tuple(name for name, key in _displays() if is_card(name, key))
    if sys.platform == "darwin":
        return ("Apple graphics",) if processor.of_this_python() == "arm64" else ()
    return of_linux(_DRM)


def of_linux(folder: Path) -> tuple[str, ...]:
    """Return the makers of the cards that Linux lists in a folder, each once."""
    makers = []
    for file in sorted(folder.glob("card*/device/vendor")):
        try:
            maker = MAKERS.get(int(file.read_text(), 16))
        except (OSError, ValueError):
            continue
        if maker:
            makers.append(f"{maker} graphics")
    return tuple(dict.fromkeys(makers))


def is_card(name: str, key: str) -> bool:
    """Return whether a display of Windows is on a card: ``key`` as ``PCI\\VEN_1002&DEV_73BF&...``."""
    found = re.search(r"VEN_([0-9A-F]{4})", key, re.IGNORECASE)
    return (found is not None and int(found[1], 16) in MAKERS) or "Adreno" in name


def vulkan_loads() -> bool:
    """Return whether Vulkan's loader is there, by which WebGPU reaches a card on Linux."""
    try:
        ctypes.CDLL("libvulkan.so.1")
    except OSError:
        return False
    return True


class _Display(ctypes.Structure):
    """DISPLAY_DEVICEW of Windows."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("device", ctypes.c_wchar * 32),
        ("name", ctypes.c_wchar * 128),
        ("flags", ctypes.c_uint32),
        ("key", ctypes.c_wchar * 128),
        ("registry", ctypes.c_wchar * 128),
    )


def _displays() -> list[tuple[str, str]]:
    """Return name and hardware key of what Windows shows pictures with, each once."""
    if sys.platform != "win32":
        return []
    found: dict[str, str] = {}
    display = _Display(size=ctypes.sizeof(_Display))
    number = 0
    while ctypes.windll.user32.EnumDisplayDevicesW(None, number, ctypes.byref(display), 0):
        found[display.name] = display.key
        number += 1
    return list(found.items())
