# SPDX-License-Identifier: GPL-2.0-or-later
"""Installs OBS Studio where that needs no person, and says how to where it does."""

from __future__ import annotations

import shutil
import sys

from ..users_obs import program
from . import apt

OLDEST = 28
PACKAGES = ("obs-studio", "obs-plugins")
#: The first OBS whose Flatpak has a Python that runs the script.
OLDEST_FLATPAK = 29
SNAP = (
    "a Snap may start no program outside of its sandbox, so the filter cannot work there: install the "
    "package obs-studio of your distribution, or OBS' Flatpak."
)
FLATPAK_DEMO = (
    "OBS is installed as a Flatpak. The filter works there, but the demo opens an OBS with settings of its "
    "own, and for that it needs another one:"
)
#: What a private OBS needs where there is no screen.
SCREENLESS_PACKAGES = ("xvfb", "libgl1-mesa-dri")


def how_to_get() -> str:
    """Return what a person does to get OBS here."""
    if sys.platform == "win32":
        return "install it from its site (obsproject.com) or with 'winget install OBSProject.OBSStudio'."
    if sys.platform == "darwin":
        return "install it from its site (obsproject.com) or with 'brew install --cask obs'."
    if shutil.which("apt-get"):
        return f"run 'sudo apt install {' '.join(PACKAGES)}', or this as root."
    return "install the package obs-studio of your distribution."


def ensure(screenless: bool, demo: bool = False) -> str:
    """Install OBS (and, if ``screenless``, a display in memory) where we may; return what a person has to do.

    ``demo``: an OBS is needed that can be opened with other settings than the user's. Empty if everything is
    there. Raises SetupError if apt-get fails.
    """
    missing: list[str] = []
    if program.find_program() is None and (demo or not program.has_flatpak()):
        if not apt.available():
            if program.has_flatpak():
                return f"{FLATPAK_DEMO} {how_to_get()}"
            if program.has_snap():
                return f"OBS is installed as a Snap, but {SNAP}"
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
