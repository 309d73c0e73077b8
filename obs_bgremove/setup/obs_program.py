# SPDX-License-Identifier: GPL-2.0-or-later
"""Installs OBS Studio where that needs no person, and says how to where it does."""

from __future__ import annotations

import shutil
import sys

from ..users_obs import program
from . import apt

OLDEST = 28
PACKAGES = ("obs-studio", "obs-plugins")
SANDBOXED = (
    "the filter does not find its installation from within that sandbox: install the package obs-studio of "
    "your distribution and use that."
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


def ensure(screenless: bool) -> str:
    """Install OBS (and, if ``screenless``, a display in memory) where we may; return what a person has to do.

    Empty if everything is there. Raises SetupError if apt-get fails.
    """
    missing: list[str] = []
    if program.find_program() is None:
        sandbox = program.sandboxed()
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
