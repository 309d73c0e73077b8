# SPDX-License-Identifier: GPL-2.0-or-later
"""The environment variables of the worker: the user's own, without what is meant for OBS alone.

An OBS may run with libraries of its own: an AppImage, Steam and start scripts point the loader of libraries
at theirs, and every process that is started inherits it. numpy and onnxruntime then find another C++ library
than the one that they were installed with.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .. import home, translate
from . import revision

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The name of the graphics card that OBS draws with; "" or missing if nobody knows.
CARD = "OBS_BGREMOVE_CARD"
#: How the names of variables begin that are not meant for the worker: those for the Python of OBS, or of
#: whoever started it, and those for the loader of libraries and for the C library.
_NOT_OURS = ("PYTHON", "__PYVENV_LAUNCHER__", "LD_", "DYLD_", "GCONV_PATH", "LOCPATH")
#: What an AppImage says about itself.
_APPIMAGE = ("APPDIR", "APPIMAGE", "ARGV0", "OWD")


def workers(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for a worker, and those of ``extra``."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_NOT_OURS)}
    return {**_without_appimage(kept), **added(extra)}


def added(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a worker gets beside the user's own: ours, and those of ``extra``."""
    return {
        **_recorded(),
        "PYTHONPATH": str(home.PROJECT),
        "PYTHONUTF8": "1",
        home.VARIABLE: str(home.directory()),
        translate.VARIABLE: translate.locale() or "en",
        revision.VARIABLE: revision.OURS,
        **extra,
    }


def _recorded() -> dict[str, str]:
    """Return where libraries are by the user's own settings, as install.py recorded it."""
    found = home.read_record().get("environment")
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str) and "\0" not in value}


def _without_appimage(variables: dict[str, str]) -> dict[str, str]:
    """Return variables without the places inside of the AppImage that OBS was started from, if it was."""
    inside = variables.get("APPDIR", "").rstrip("/")
    if not inside:
        return variables
    kept: dict[str, str] = {}
    for name, value in variables.items():
        places = value.split(os.pathsep)
        left = [place for place in places if place != inside and not place.startswith(f"{inside}/")]
        if name not in _APPIMAGE and left:
            kept[name] = os.pathsep.join(left)
    return kept
