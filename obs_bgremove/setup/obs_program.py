# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds OBS Studio, and gets it where that needs no person."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import apt

OLDEST = 28
PACKAGES = ("obs-studio", "obs-plugins")
SANDBOXED = (
    "the filter does not find its installation from within that sandbox: install the package obs-studio of "
    "your distribution and use that."
)
#: What a private OBS needs where there is no screen.
SCREENLESS_PACKAGES = ("xvfb", "libgl1-mesa-dri")


def find_program() -> Path | None:
    """Return the path of the installed OBS; None if there is none."""
    found = shutil.which("obs64" if sys.platform == "win32" else "obs")
    if found:
        return Path(found)
    places: list[Path] = []
    if sys.platform == "win32":
        for variable in ("ProgramFiles", "ProgramW6432"):
            if os.environ.get(variable):
                places.append(Path(os.environ[variable]) / "obs-studio" / "bin" / "64bit" / "obs64.exe")
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
    """Return the version of an OBS on Linux, such as (29, 0, 2); empty where it cannot be asked."""
    if not sys.platform.startswith("linux"):
        return ()  # elsewhere --version opens a window or says nothing
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(int(part) for part in match.groups()) if match else ()


def how_to_get() -> str:
    """Return what a person does to get OBS here."""
    if sys.platform == "win32":
        return "install it from its site (obsproject.com) or with 'winget install OBSProject.OBSStudio'."
    if sys.platform == "darwin":
        return "install it from its site (obsproject.com) or with 'brew install --cask obs'."
    if shutil.which("apt-get"):
        return f"run 'sudo apt install {' '.join(PACKAGES)}', or this as root."
    return "install the package obs-studio of your distribution."


def ensure(screenless: bool) -> str:
    """Install OBS (and, if ``screenless``, a display in memory) where we may; return what a person has to do.

    Empty if everything is there. Raises SetupError if apt-get fails.
    """
    missing: list[str] = []
    if find_program() is None:
        sandbox = sandboxed()
        if sandbox:
            return f"OBS is installed as {sandbox}, but {SANDBOXED}"
        if not apt.available():
            return f"OBS Studio is not installed: {how_to_get()}"
        missing += PACKAGES
    if screenless and sys.platform.startswith("linux") and shutil.which("Xvfb") is None:
        if not apt.available():
            return (
                "There is no display and no Xvfb to make one: install it (Debian, Ubuntu: apt install xvfb)."
            )
        missing += SCREENLESS_PACKAGES
    if missing:
        apt.install(*missing)
    return ""
