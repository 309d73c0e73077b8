# SPDX-License-Identifier: GPL-2.0-or-later
"""The one directory that holds everything the installation made, and its record.

Standard library only: read by the Python inside OBS, by the worker and by install.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from . import flatpak
from .files import as_path, read_json, replace_whole, users_folder
from .json_text import write_text

VARIABLE = "OBS_BGREMOVE_HOME"
#: The checkout (or unpacked archive) that this file lies in.
PROJECT = Path(__file__).resolve().parent.parent
#: How the names of folders begin in which models are made: one that is left over is nobody's model.
UNFINISHED = ".new-"
#: The folder beside the models that find people: the network that looks at their clothes, with a contract of
#: its own. It is in no list of models.
OUTFIT = "outfit"
#: A file in each folder of the data directory that we made: a folder without it may belong to somebody else.
MARK = ".made-by-obs_bgremove"
#: The keys of the record whose values are texts, and lists of texts. Other values are left out: the file was
#: damaged.
_TEXTS = ("python", "flavour", "version", "instead_of", "fingerprint")
_LISTS = ("groups", "models")


def directory() -> Path:
    """Return the data directory (it need not exist yet).

    ``OBS_BGREMOVE_HOME`` moves it, for another disk, portable installs and tests. OBS is seldom started with
    that variable, so an installation that was moved leaves a note in the :func:`usual` place.
    """
    moved = os.environ.get(VARIABLE) or _noted()
    if not moved:
        return usual()
    try:
        return as_path(moved).expanduser().resolve()
    except (OSError, RuntimeError):
        # The home of a user who is not there, links in a circle: whoever writes there learns it.
        return as_path(moved).absolute()


def _noted() -> str:
    try:
        moved = note().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    # The system has no such name: a damaged file.
    return "" if "\0" in moved else moved


def usual() -> Path:
    """Return where the system keeps the data of applications."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or users_folder() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = users_folder() / "Library" / "Application Support"
    else:
        inside = flatpak.sandbox()
        own = Path(os.environ.get("XDG_DATA_HOME") or users_folder() / ".local" / "share")
        # The worker and install.py run outside of the sandbox.
        base = inside.data_directory() if inside else own
    return base / "obs_bgremove"


def note() -> Path:
    """Return the path of the file that says where the data directory is, if it is not the usual one."""
    return usual() / "moved.txt"


def model_directories() -> list[Path]:
    """Return where model folders are looked for; the first folder of a name wins."""
    return [directory() / "models", PROJECT / "models"]


def log_directory() -> Path:
    """Return the directory of the worker's log."""
    return directory() / "logs"


def record_file() -> Path:
    """Return the path of the installation record."""
    return directory() / "install.json"


def measurements_file() -> Path:
    """Return the path of the record of what was measured: speed, threads and precision of the models here."""
    return directory() / "measured.json"


def read_record() -> dict[str, Any]:
    """Return what install.py recorded; empty if nothing is installed (or it cannot be read).

    Keys: ``python`` (the interpreter of the worker's virtual environment), ``flavour``
    (which onnxruntime: one of runtime.FLAVOURS), ``version`` (of the project that was installed),
    ``environment`` (variables that say where libraries are, as they are in the user's own terminal),
    ``measured`` (what the record of measurements is about).
    """
    record = read_json(record_file())
    if not isinstance(record, dict):
        return {}
    return {key: value for key, value in record.items() if _is_sound(key, value)}


def _is_sound(key: str, value: object) -> bool:
    if key in _LISTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return key not in _TEXTS or isinstance(value, str)


def write_record(record: dict[str, Any]) -> None:
    """Replace the installation record, whole or not at all."""
    path = record_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_whole(path, write_text(record, indent=2) + "\n")


def make_own(folder: Path) -> bool:
    """Make a folder of the data directory and mark it; return whether it is ours. May raise OSError.

    A folder that is there without a mark is used as it is. It is not ours, whatever its name.
    """
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return is_own(folder)
    (folder / MARK).touch()
    return True


def is_own(folder: Path) -> bool:
    """Return whether we made a folder, so that all of it may be deleted."""
    return (folder / MARK).is_file()
