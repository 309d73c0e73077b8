# SPDX-License-Identifier: GPL-2.0-or-later
"""Portable OBS: on Windows, one that keeps its settings in its own folder, ``FOLDER/config/obs-studio``.

A folder is portable for good if a file of a certain name lies in it, and else if OBS is started with
``--portable``. The first kind is found where people put it; both can be named (``install.py --obs``).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .. import home
from ..files import users_folder
from . import registry

#: Key of the installation record: the folders that were named.
NAMED = "portable_obs"
_MARKS = ("portable_mode", "obs_portable_mode", "portable_mode.txt", "obs_portable_mode.txt")
#: Where a portable OBS is looked for, below the user's folder.
_PLACES = ("", "Desktop", "Downloads", "Documents")
#: Where Windows says which folders those are; in OneDrive they have names in the user's language.
_FOLDERS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders"
_DOWNLOADS = "{374DE290-123F-4565-9164-39C4925E467B}"


def program(folder: Path) -> Path:
    """Return where the program lies in a folder of OBS."""
    return folder / "bin" / "64bit" / "obs64.exe"


def configuration(folder: Path) -> Path:
    """Return the "obs-studio" directory of a portable OBS in ``folder``."""
    return folder / "config" / "obs-studio"


def is_marked(folder: Path) -> bool:
    """Return whether an OBS in ``folder`` is portable however it is started."""
    return any(os.path.exists(folder / name) for name in _MARKS)  # noqa: PTH110 (False where it may not look)


def named() -> list[Path]:
    """Return the folders that were named to install.py."""
    entries = home.read_record().get(NAMED, [])
    if not isinstance(entries, list):
        return []
    return [Path(entry) for entry in entries if isinstance(entry, str)]


def folders(installed: Path | None) -> list[Path]:
    """Return the folders of the portable OBS that were named or are found.

    ``installed``: the program of the installed OBS, if there is one; it may be portable, too.
    """
    if sys.platform != "win32":
        return []
    found = [installed.parent.parent.parent] if installed else []
    found += [path.parent.parent.parent for place in _places() for path in _programs(place)]
    return list(dict.fromkeys([*named(), *(folder for folder in found if is_marked(folder))]))


def _places() -> list[Path]:
    user = users_folder()
    drive = os.environ.get("SYSTEMDRIVE", "")
    found = [registry.value(_FOLDERS, name) for name in ("Desktop", _DOWNLOADS, "Personal")]
    places = [*(user / name for name in _PLACES), *(Path(folder) for folder in found if folder)]
    return [*dict.fromkeys(places), *([Path(f"{drive}\\")] if drive else [])]


def _programs(place: Path) -> list[Path]:
    try:
        return sorted(place.glob("*[oO][bB][sS]*/bin/64bit/obs64.exe"))
    except OSError:
        return []
