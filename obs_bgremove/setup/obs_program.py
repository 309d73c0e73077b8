# SPDX-License-Identifier: GPL-2.0-or-later
"""Installs OBS Studio where that needs no person, and says how to where it does."""

from __future__ import annotations

import shutil
import sys

from ..translate import N, joined, tr
from ..users_obs import program
from . import apt

OLDEST = 28
PACKAGES = ("obs-studio", "obs-plugins")
#: The first OBS whose Flatpak has a Python that runs the script.
OLDEST_FLATPAK = 29
SNAP = N(
    "A Snap may start no program outside of its sandbox, so the filter cannot work there: install the "
    "package obs-studio of your distribution, or OBS' Flatpak."
)
#: What a private OBS needs where there is no screen.
SCREENLESS_PACKAGES = ("xvfb", "libgl1-mesa-dri")


def how_to_get() -> str:
    """Return what a person does to get OBS here, a sentence."""
    if sys.platform == "win32":
        command = "winget install OBSProject.OBSStudio"
        return tr("Install OBS from its site (obsproject.com) or with '{command}'.", command=command)
    if sys.platform == "darwin":
        command = "brew install --cask obs"
        return tr("Install OBS from its site (obsproject.com) or with '{command}'.", command=command)
    if shutil.which("apt-get"):
        return tr("Run '{command}', or this as root.", command=f"sudo apt install {' '.join(PACKAGES)}")
    return tr("Install the package obs-studio of your distribution.")


def ensure(screenless: bool, demo: bool = False) -> str:
    """Install OBS (and, if ``screenless``, a display in memory) where we may; return what a person has to do.

    ``demo``: an OBS is needed that can be opened with other settings than the user's. Empty if everything is
    there. Raises SetupError if apt-get fails.
    """
    missing: list[str] = []
    if program.find_program() is None and (demo or not program.has_flatpak()):
        if not apt.available():
            if program.has_flatpak():
                another = tr(
                    "OBS is installed as a Flatpak. The filter works there, but the demo opens an OBS with "
                    "settings of its own, and for that it needs another one."
                )
                return joined([another, how_to_get()])
            if program.has_snap():
                return joined([tr("OBS is installed as a Snap."), tr(SNAP)])
            return joined([tr("OBS Studio is not installed."), how_to_get()])
        missing += PACKAGES
    if screenless and sys.platform.startswith("linux") and shutil.which("Xvfb") is None:
        if not apt.available():
            return tr(
                "There is no display and no Xvfb to make one: install it (Debian, Ubuntu: apt install xvfb)."
            )
        missing += SCREENLESS_PACKAGES
    if missing:
        apt.install(*missing)
    found = program.find_program()
    # Beside a Flatpak, which is the newer one as a rule, it need not be the one that is used.
    return too_old(program.version(found), OLDEST) if found and (demo or not program.has_flatpak()) else ""


def too_old(version: tuple[int, ...], oldest: int) -> str:
    """Return what a person does about an OBS of a version; empty if it is new enough, or not known."""
    return tr("Install OBS {version} or newer.", version=oldest) if version and version[0] < oldest else ""
