# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the configuration directory of a private OBS: no dialog at start, websocket on, lossless recording.

Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import TYPE_CHECKING

from ..setup import scene_collections

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAME = "obs_bgremove"
#: Systems on which OBS loads no Python but the one that its settings name.
NAMES_PYTHON = ("win32", "darwin")


def _ini(sections: dict[str, dict]) -> str:
    def value(raw: object) -> str:
        return str(raw).lower() if isinstance(raw, bool) else str(raw)

    return "\n".join(
        "\n".join([f"[{section}]", *(f"{key}={value(raw)}" for key, raw in keys.items()), ""])
        for section, keys in sections.items()
    )


def write(
    configuration: Path,
    collections: Iterable[dict],
    current: str,
    recordings: Path,
    size: tuple[int, int],
    fps: int,
    port: int,
    password: str,
    preview: bool,
    video: Mapping[str, str],
) -> None:
    """Write what a start of OBS reads below ``configuration`` (the ``obs-studio`` directory).

    Collections are written only where they do not exist yet, so that a second start goes on
    with what OBS itself saved. ``size`` is (width, height) of canvas and output in pixels. ``video``
    replaces keys of the profile's section of that name.
    """
    _write_global(configuration, current, port, password, preview)
    _write_profile(configuration / "basic" / "profiles" / NAME, recordings, size, fps, video)
    scenes = configuration / "basic" / "scenes"
    scenes.mkdir(parents=True, exist_ok=True)
    for data in collections:
        path = scenes / f"{data['name']}.json"
        if not path.exists():
            path.write_text(json.dumps(data, indent=2), encoding="utf-8")


def _write_global(configuration: Path, current: str, port: int, password: str, preview: bool) -> None:
    common = {
        "General": {
            "FirstRun": True,
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
            "PreviewEnabled": preview,
            "SysTrayEnabled": False,
            "WarnBeforeStoppingRecord": False,
            "WarnBeforeStartingStream": False,
        },
        # OBS 28 to 30 (obs-websocket 5.0 to 5.4); later ones read the JSON file below.
        "OBSWebSocket": {
            "FirstLoad": False,
            "ServerEnabled": True,
            "ServerPort": port,
            "AlertsEnabled": False,
            "AuthRequired": True,
            "ServerPassword": password,
        },
    }
    if sys.platform in NAMES_PYTHON:
        common["Python"] = {"Path64bit": users_python()}
    configuration.mkdir(parents=True, exist_ok=True)
    # OBS 28 to 30 keep everything in global.ini; later ones split the user's part off into user.ini.
    for name in ("global.ini", "user.ini"):
        (configuration / name).write_text(_ini(common), encoding="utf-8")
    websocket = configuration / "plugin_config" / "obs-websocket"
    websocket.mkdir(parents=True, exist_ok=True)
    settings = {
        "first_load": False,
        "server_enabled": True,
        "server_port": port,
        "alerts_enabled": False,
        "auth_required": True,
        "server_password": password,
    }
    (websocket / "config.json").write_text(json.dumps(settings), encoding="utf-8")


def _write_profile(
    profile: Path, recordings: Path, size: tuple[int, int], fps: int, video: Mapping[str, str]
) -> None:
    width, height = size
    sections = {
        "General": {"Name": NAME},
        "Output": {"Mode": "Simple"},
        # Lossless = Ut Video in AVI, every frame a key frame; in RGB no pixel changes on its way there.
        "SimpleOutput": {
            "FilePath": recordings,
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
            "FPSInt": fps,
            "ColorFormat": "RGB",
            "ColorSpace": "sRGB",
            "ColorRange": "Full",
            **video,
        },
        "Audio": {"MonitoringDeviceId": "default", "SampleRate": 48000},
    }
    profile.mkdir(parents=True, exist_ok=True)
    recordings.mkdir(parents=True, exist_ok=True)
    (profile / "basic.ini").write_text(_ini(sections), encoding="utf-8")
