# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the folders that this project lies in and installs into serve."""

from __future__ import annotations

import os
import sys
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from .. import home
from ..files import users_folder
from ..translate import tr, trn
from ..users_obs import registry
from .errors import COMMAND
from .pythons import LONGEST_PATH

if TYPE_CHECKING:
    from pathlib import Path

#: Characters of the longest path below the data directory (onnxruntime's packages reach 124), and some more.
_LONGEST_BELOW = 130
_SYSTEM = r"SYSTEM\CurrentControlSet\Control\FileSystem"
_ONEDRIVE = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")


def problem() -> str:
    """Return what is wrong with the folders and what to do; "" if they serve."""
    if sys.platform != "win32":
        return _of_root()
    longest = max(len(str(path)) for path in (home.PROJECT / "obs_bgremove").rglob("*"))
    if longest > LONGEST_PATH:
        return trn(
            "The path of {folder} is {number} character too long for OBS: move the folder to a shorter one, "
            "such as {example}, and run '{command}' there.",
            "The path of {folder} is {number} characters too long for OBS: move the folder to a shorter one, "
            "such as {example}, and run '{command}' there.",
            longest - LONGEST_PATH,
            folder=home.PROJECT,
            example="C:\\obs_bgremove",
            command=COMMAND,
        )
    most = LONGEST_PATH - _LONGEST_BELOW
    if len(str(home.directory())) > most and not _long_paths():
        return trn(
            "The path of {folder} is too long for Windows ({number} character serves): set {variable} to a "
            "folder with a shorter one, such as {example}.",
            "The path of {folder} is too long for Windows ({number} characters serve): set {variable} to a "
            "folder with a shorter one, such as {example}.",
            most,
            folder=home.directory(),
            variable=home.VARIABLE,
            example="C:\\obs_bgremove_data",
        )
    return ""


def under_sudo() -> bool:
    """Return whether this is root by sudo."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and bool(os.environ.get("SUDO_USER"))


def notes() -> list[str]:
    """Return what may go wrong later, each in a sentence or two."""
    if sys.platform != "win32":
        return []
    if str(home.PROJECT).startswith(("\\\\", "//")):
        return [
            tr(
                "Note: {folder} lies on a network drive. When the network is away, OBS does not load the "
                "filter, and hides the sources that have it: better move the folder to this machine's disk "
                "and run '{command}' there.",
                folder=home.PROJECT,
                command=COMMAND,
            )
        ]
    if any(_is_below(home.PROJECT, os.environ.get(name, "")) for name in _ONEDRIVE):
        return [
            tr(
                "Note: {folder} lies in OneDrive, which may take its files off this machine; OBS then does "
                "not load the filter, and hides the sources that have it. Right-click the folder > Always "
                "keep on this device, or move it elsewhere and run '{command}' there.",
                folder=home.PROJECT,
                command=COMMAND,
            )
        ]
    return []


def _of_root() -> str:
    """Return what is wrong where sudo has kept the user's folder, as on macOS and with ``sudo -E``."""
    if not under_sudo():
        return ""
    try:
        owner = users_folder().stat().st_uid
    except OSError:
        return ""
    if owner == 0:
        return ""
    return tr(
        "OBS could not change what root writes into your folder {folder}: run this without sudo.",
        folder=users_folder(),
    )


def _is_below(path: Path, folder: str) -> bool:
    return bool(folder) and PureWindowsPath(path).is_relative_to(PureWindowsPath(folder))


def _long_paths() -> bool:
    """Return whether Windows lets programs that are ready for it, as Python is, use longer paths."""
    return registry.number(_SYSTEM, "LongPathsEnabled") == 1
