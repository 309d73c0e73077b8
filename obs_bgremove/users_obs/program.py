# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds the OBS Studio that is installed, and its version."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from ..files import users_folder
from . import portable, registry
from .file_version import file_version
from .output import output

#: The name of OBS as a Flatpak.
FLATPAK = "com.obsproject.Studio"
#: Where Windows' registry says in which folder each edition of OBS lies: its own set-up's, and Steam's.
_INSTALLED = (
    (r"SOFTWARE\OBS Studio", ""),
    (r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Steam App 1905180", "InstallLocation"),
)


def find_program() -> Path | None:
    """Return the path of the installed OBS; None if there is none."""
    found = shutil.which("obs64" if sys.platform == "win32" else "obs")
    if found:
        return Path(found)
    places: list[Path] = []
    if sys.platform == "win32":
        folders = (registry.value(key, name) for key, name in _INSTALLED)
        places += [portable.program(Path(folder)) for folder in folders if folder]
        for variable in ("ProgramFiles", "ProgramW6432"):
            if os.environ.get(variable):
                places.append(portable.program(Path(os.environ[variable]) / "obs-studio"))
        places += [portable.program(folder) for folder in portable.folders(None)]
    elif sys.platform == "darwin":
        for place in (Path("/"), users_folder()):
            places.append(place / "Applications" / "OBS.app" / "Contents" / "MacOS" / "OBS")
    return next((place for place in places if os.path.exists(place)), None)  # noqa: PTH110 (as in portable.py)


def has_flatpak() -> bool:
    """Return whether OBS is installed as a Flatpak, for this user or for all."""
    places = [Path("/var/lib/flatpak"), users_folder() / ".local" / "share" / "flatpak"]
    return sys.platform.startswith("linux") and any((place / "app" / FLATPAK).exists() for place in places)


def has_snap() -> bool:
    """Return whether OBS is installed as a Snap."""
    return sys.platform.startswith("linux") and Path("/snap/obs-studio").exists()


def version(program: Path) -> tuple[int, ...]:
    """Return the version of an OBS, such as (29, 0, 2); empty where it is not known."""
    if not sys.platform.startswith("linux"):
        return file_version(program)  # its own --version opens a window there, or says nothing
    return _version_in([str(program), "--version"])


def flatpak_version() -> tuple[int, ...]:
    """Return the version of the OBS that is a Flatpak; empty where it cannot be asked."""
    return _version_in(["flatpak", "info", FLATPAK], r"Version:\s*(\d+)\.(\d+)\.(\d+)")


def _version_in(command: list[str], pattern: str = r"(\d+)\.(\d+)\.(\d+)") -> tuple[int, ...]:
    # In English: the names of what is printed are translated.
    match = re.search(pattern, output(command, {"LC_ALL": "C.UTF-8"}))
    return tuple(int(part) for part in match.groups()) if match else ()
