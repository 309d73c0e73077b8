# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the user's OBS keeps its settings, and its .ini files."""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path


def configurations() -> list[Path]:
    """Return the "obs-studio" directories of this user that exist, also Flatpak's and Snap's."""
    user = Path.home()
    if sys.platform == "win32":
        places = [Path(os.environ.get("APPDATA") or user / "AppData" / "Roaming") / "obs-studio"]
    elif sys.platform == "darwin":
        places = [user / "Library" / "Application Support" / "obs-studio"]
    else:
        places = [
            Path(os.environ.get("XDG_CONFIG_HOME") or user / ".config") / "obs-studio",
            user / ".var" / "app" / "com.obsproject.Studio" / "config" / "obs-studio",
            user / "snap" / "obs-studio" / "current" / ".config" / "obs-studio",
        ]
    return [place for place in places if place.is_dir()]


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


def users_python() -> str:
    """Return the folder of the Python that the user's OBS settings name; "" if they name none."""
    for configuration in configurations():
        # OBS 31 and newer keep it in user.ini.
        for name in ("user.ini", "global.ini"):
            value = ini_value(configuration / name, "Python", "Path64bit")
            if value:
                return value
    return ""
