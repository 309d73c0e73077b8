# SPDX-License-Identifier: GPL-2.0-or-later
"""How a private OBS is started on each system: its command and its environment variables."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..translate import tr
from ..users_obs.program import find_program
from .wait import ObsError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Program(NamedTuple):
    """How OBS is started: the command and the directory to start it in (None: any)."""

    command: list[str]
    directory: Path | None


def configuration(directory: Path) -> Path:
    """Return the ``obs-studio`` directory of a private OBS that keeps everything in ``directory``."""
    if sys.platform == "darwin":
        return directory / "Library" / "Application Support" / "obs-studio"
    return directory / "config" / "obs-studio"


def program(directory: Path) -> Program:
    """Return how the installed OBS is started with its settings in ``directory``; ObsError without OBS."""
    path = find_program()
    if path is None:
        raise ObsError(tr("OBS Studio is not installed: install.py --check says how to get it."))
    if sys.platform != "win32":
        return Program([str(path)], None)
    # Windows knows no environment variable for the settings: portable mode keeps them two folders
    # above the program, so a look-alike of directory junctions is made around our own config folder.
    import _winapi

    home = path.parent.parent.parent
    for name in ("bin", "data", "obs-plugins"):
        if not (directory / name).exists():
            _winapi.CreateJunction(str(home / name), str(directory / name))
    folder = directory / "bin" / path.parent.name
    return Program([str(folder / path.name), "--portable"], folder)


def variables(directory: Path, xvfb: str, shown: bool, extra: Mapping[str, str | None]) -> dict[str, str]:
    """Return the environment variables of a private OBS that keeps everything in ``directory``.

    ``xvfb`` is the name of its own display, "" if it has none; ``shown``: it opens on the user's display.
    ``extra`` is added last; a value of None takes a variable away.
    """
    changes: dict[str, str | None] = {}
    if sys.platform != "win32":
        changes.update(
            HOME=str(directory),
            XDG_CONFIG_HOME=str(directory / "config"),
            XDG_CACHE_HOME=str(directory / "cache"),
            XDG_DATA_HOME=str(directory / "data"),
            CFFIXED_USER_HOME=str(directory),
        )
    # The interpreter of the program that starts OBS is not that of OBS.
    changes.update(PYTHONPATH=None, PYTHONHOME=None, VIRTUAL_ENV=None)
    if shown and "XAUTHORITY" not in os.environ:
        changes["XAUTHORITY"] = str(Path.home() / ".Xauthority")  # else it is looked for in our HOME
    if xvfb:
        changes.update(
            DISPLAY=xvfb,
            WAYLAND_DISPLAY=None,
            QT_QPA_PLATFORM="xcb",
            LIBGL_ALWAYS_SOFTWARE="1",
            # No drawing threads: Mesa's (22.3, and newer) let go of the lock of a fence that the thread
            # which draws may have freed by then, and what lies there is overwritten. Now and then
            # OBS crashes of it, with any filter or none.
            LP_NUM_THREADS="0",
            # No sound server and no session bus: nothing is searched for, started or waited for.
            PULSE_SERVER="unix:/nonexistent",
            DBUS_SESSION_BUS_ADDRESS="disabled:",
            XDG_RUNTIME_DIR=str(_runtime_directory(directory)),
        )
    # OBS' Python is not to leave compiled files of its own version in the checkout.
    changes["PYTHONDONTWRITEBYTECODE"] = "1"
    changes.update(extra)
    kept = {name: value for name, value in os.environ.items() if name not in changes}
    return {**kept, **{name: value for name, value in changes.items() if value is not None}}


def _runtime_directory(directory: Path) -> Path:
    path = directory / "run"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
