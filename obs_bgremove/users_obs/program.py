# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds the OBS Studio that is installed, and its version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import portable, registry
from .file_version import file_version


def find_program() -> Path | None:
    """Return the path of the installed OBS; None if there is none."""
    found = shutil.which("obs64" if sys.platform == "win32" else "obs")
    if found:
        return Path(found)
    places: list[Path] = []
    if sys.platform == "win32":
        installed = registry.value(r"SOFTWARE\OBS Studio")
        if installed:
            places.append(portable.program(Path(installed)))
        for variable in ("ProgramFiles", "ProgramW6432"):
            if os.environ.get(variable):
                places.append(portable.program(Path(os.environ[variable]) / "obs-studio"))
        places += [portable.program(folder) for folder in portable.folders(None)]
    elif sys.platform == "darwin":
        places.append(Path("/Applications/OBS.app/Contents/MacOS/OBS"))
    return next((place for place in places if place.exists()), None)


def sandboxed() -> str:
    """Return "Flatpak" or "Snap" if OBS is installed that way, else ""."""
    if not sys.platform.startswith("linux"):
        return ""
    exports = [Path("/var/lib/flatpak"), Path.home() / ".local" / "share" / "flatpak"]
    if any((place / "app" / "com.obsproject.Studio").exists() for place in exports):
        return "Flatpak"
    return "Snap" if Path("/snap/obs-studio").exists() else ""


def version(program: Path) -> tuple[int, ...]:
    """Return the version of an OBS, such as (29, 0, 2); empty where it is not known."""
    if not sys.platform.startswith("linux"):
        return file_version(program)  # its own --version opens a window there, or says nothing
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(int(part) for part in match.groups()) if match else ()
