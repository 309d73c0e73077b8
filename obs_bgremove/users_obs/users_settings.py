# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the user's OBS keeps its settings, and its .ini files."""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path

from ..files import users_folder
from . import portable
from .program import FLATPAK, find_program

#: Where OBS' settings name the folder of its Python.
PYTHON_SECTION, PYTHON_KEY = "Python", "Path64bit"
#: The first version that keeps the user's part of global.ini in user.ini.
_SPLIT = (31,)


def configurations() -> list[Path]:
    """Return the "obs-studio" directories of this user that exist, also of portable OBS, Flatpak and Snap."""
    user = users_folder()
    if sys.platform == "win32":
        places = [Path(os.environ.get("APPDATA") or user / "AppData" / "Roaming") / "obs-studio"]
        places += [portable.configuration(folder) for folder in portable.folders(find_program())]
    elif sys.platform == "darwin":
        places = [user / "Library" / "Application Support" / "obs-studio"]
    else:
        places = [
            Path(os.environ.get("XDG_CONFIG_HOME") or user / ".config") / "obs-studio",
            user / ".var" / "app" / FLATPAK / "config" / "obs-studio",
            user / "snap" / "obs-studio" / "current" / ".config" / "obs-studio",
        ]
    # Another user's folders may not be looked into: to os.path they do not exist.
    return [place for place in places if os.path.isdir(place)]  # noqa: PTH112 (Path.is_dir raises)


class Ini(configparser.RawConfigParser):
    """An .ini file as OBS reads and writes it: ``key=value``, keys in upper and lower case, no defaults."""

    def __init__(self) -> None:
        super().__init__(delimiters=("=",), default_section="", strict=False, allow_no_value=True)

    def optionxform(self, optionstr: str) -> str:
        """Return a key as it is; configparser itself would make it lower case."""
        return optionstr


def ini_value(path: Path, section: str, key: str) -> str:
    r"""Return a value of one of OBS' .ini files; "" if it has none or the file cannot be read.

    OBS writes a backslash as two: ``C:\\Python312`` is returned as ``C:\Python312``.
    """
    parser = Ini()
    try:
        parser.read_string(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return ""
    return (parser.get(section, key, fallback="") or "").replace("\\\\", "\\")


def last_version(configuration: Path) -> tuple[int, ...]:
    """Return the version of the OBS that used a configuration last, such as (30, 2, 3); empty if unknown."""
    number = ini_value(configuration / "global.ini", "General", "LastVersion").strip()
    if not number.isdecimal() or int(number) >= 1 << 32:
        return ()
    return (int(number) >> 24, int(number) >> 16 & 0xFF, int(number) & 0xFFFF)


def users_part(configuration: Path) -> list[Path]:
    """Return the .ini files that OBS may read the user's settings from, the newest version's first.

    OBS 31 and newer read user.ini, which may lie elsewhere (global.ini says where); older ones global.ini.
    At its first start a newer one makes user.ini of global.ini. The files need not exist.
    """
    old = configuration / "global.ini"
    moved = ini_value(old, "Locations", "Configuration").strip()
    new = (Path(moved) / "obs-studio" if moved else configuration) / "user.ini"
    if moved and not new.exists():
        # OBS leaves a place that does not exist for the usual one.
        new = configuration / "user.ini"
    version = last_version(configuration)
    if version >= _SPLIT:
        return [new]
    return [new, old] if new.exists() else [old]


def users_python() -> str:
    """Return the folder of the Python that the user's OBS settings name; "" if they name none."""
    for configuration in configurations():
        for path in users_part(configuration):
            value = ini_value(path, PYTHON_SECTION, PYTHON_KEY)
            if value:
                return value
    return ""


def with_ini_value(text: str, section: str, key: str, value: str | None) -> str:
    """Return the text of an .ini file of OBS with a value set, or taken out if it is None.

    All else stays as it is, byte by byte.
    """
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    entry = [] if value is None else [f"{key}={escaped(value)}{end}"]
    kept: list[str] = []
    here, found = False, False
    for line in lines:
        bare = line.lstrip("\ufeff")
        if here and bare.startswith(f"{key}="):
            continue
        kept.append(line)
        if bare.startswith("["):
            here = bare.strip() == f"[{section}]"
            if here:
                # Of two sections of one name, some versions of OBS read the first and some the last.
                found = True
                kept[-1] = line.rstrip("\r\n") + end
                kept += entry
    if entry and not found:
        if kept and not kept[-1].endswith("\n"):
            kept[-1] += end
        kept += [*([end] if kept else []), f"[{section}]{end}", *entry]
    return "".join(kept)


def escaped(value: str) -> str:
    """Return a value as OBS writes it: a backslash begins a sign such as a line's end."""
    return value.replace("\\", "\\\\")
