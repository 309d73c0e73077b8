# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the configuration directory of a private OBS: no dialog at start, websocket on, lossless recording.

Standard library only.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from ..files import replace_whole
from ..users_obs.users_settings import PYTHON_KEY, PYTHON_SECTION, Ini, escaped, users_python

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .collection import Entry
    from .conversation import Address

NAME = "obs_bgremove"
#: A second profile of the same settings. OBS makes its recorder anew when another profile is chosen.
SAME = f"{NAME} again"
#: Systems on which OBS loads no Python but the one that its settings name.
NAMES_PYTHON = ("win32", "darwin")

#: The keys and values of each section of an .ini file.
Sections = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Profile:
    """What a private OBS records and shows: ``size`` is (width, height) of canvas and output in pixels.

    ``sections`` replaces keys of the profile's sections, and adds some. ``language`` is that of OBS' windows.
    """

    recordings: Path
    size: tuple[int, int]
    fps: int
    preview: bool
    sections: Mapping[str, Mapping[str, object]]
    language: str = "en-US"


def write(
    configuration: Path, profile: Profile, address: Address, collections: Iterable[Entry], current: str
) -> None:
    """Write what a start of OBS reads below ``configuration`` (the ``obs-studio`` directory).

    Collections are written only where they do not exist yet, so that a second start goes on
    with what OBS itself saved. ``current`` is the name of the one that is shown.
    """
    _write_global(configuration, current, address, profile)
    _write_websocket(configuration / "plugin_config" / "obs-websocket", address)
    for name in (NAME, SAME):
        _write_profile(configuration / "basic" / "profiles" / name, name, profile)
    scenes = configuration / "basic" / "scenes"
    scenes.mkdir(parents=True, exist_ok=True)
    for data in collections:
        path = scenes / f"{data['name']}.json"
        if not path.exists():
            replace_whole(path, json.dumps(data, indent=2))


def write_ini(path: Path, sections: Sections) -> None:
    """Write an .ini file that OBS reads."""
    parser = Ini()
    for section, keys in sections.items():
        parser[section] = {key: ini_value(value) for key, value in keys.items()}
    with path.open("w", encoding="utf-8") as file:
        parser.write(file, space_around_delimiters=False)


def ini_value(value: object) -> str:
    """Return a value as OBS writes it: true or false, forward slashes in a path, a backslash as two."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, PurePath):
        return value.as_posix()
    return escaped(str(value))


def _write_global(configuration: Path, current: str, address: Address, profile: Profile) -> None:
    common: Sections = {
        "General": {
            "FirstRun": True,
            "Language": profile.language,
            "EnableAutoUpdates": False,
            "ConfirmOnExit": False,
            "Pre31Migrated": True,
            "MacOSPermissionsDialogLastShown": 9999,
        },
        "Basic": {
            "Profile": NAME,
            "ProfileDir": NAME,
            "SceneCollection": current,
            "SceneCollectionFile": current,
        },
        "BasicWindow": {
            "PreviewEnabled": profile.preview,
            "SysTrayEnabled": False,
            "WarnBeforeStoppingRecord": False,
            "WarnBeforeStartingStream": False,
        },
        # OBS 28 to 30 (obs-websocket 5.0 to 5.4); later ones read the JSON file below.
        "OBSWebSocket": {
            "FirstLoad": False,
            "ServerEnabled": True,
            "ServerPort": address.port,
            "AlertsEnabled": False,
            "AuthRequired": True,
            "ServerPassword": address.password,
        },
    }
    if sys.platform in NAMES_PYTHON:
        common[PYTHON_SECTION] = {PYTHON_KEY: users_python()}
    configuration.mkdir(parents=True, exist_ok=True)
    # OBS 28 to 30 keep everything in global.ini; later ones split the user's part off into user.ini.
    for name in ("global.ini", "user.ini"):
        write_ini(configuration / name, common)


def _write_websocket(folder: Path, address: Address) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "first_load": False,
        "server_enabled": True,
        "server_port": address.port,
        "alerts_enabled": False,
        "auth_required": True,
        "server_password": address.password,
    }
    replace_whole(folder / "config.json", json.dumps(settings))


def _write_profile(folder: Path, name: str, profile: Profile) -> None:
    width, height = profile.size
    sections: Sections = {
        "General": {"Name": name},
        "Output": {"Mode": "Simple"},
        # Lossless = Ut Video in AVI, every frame a key frame; in RGB no pixel changes on its way there.
        "SimpleOutput": {
            "FilePath": profile.recordings,
            "RecQuality": "Lossless",
            "RecFormat": "avi",
            "RecFormat2": "avi",
        },
        "Video": {
            "BaseCX": width,
            "BaseCY": height,
            "OutputCX": width,
            "OutputCY": height,
            "FPSType": 1,
            "FPSInt": profile.fps,
            "ColorFormat": "RGB",
            "ColorSpace": "sRGB",
            "ColorRange": "Full",
        },
        "Audio": {"MonitoringDeviceId": "default", "SampleRate": 48000},
    }
    for section, keys in profile.sections.items():
        sections[section] = {**sections.get(section, {}), **keys}
    folder.mkdir(parents=True, exist_ok=True)
    profile.recordings.mkdir(parents=True, exist_ok=True)
    write_ini(folder / "basic.ini", sections)
