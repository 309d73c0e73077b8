# SPDX-License-Identifier: GPL-2.0-or-later
"""OBS as a Flatpak: what this process sees of the sandbox, and how a program is started outside of it.

Standard library only: read by the Python inside OBS and by the worker.

The manifest of OBS' Flatpak lets it see the user's files at their own paths (``--filesystem=host``) and start
programs outside (``--talk-name=org.freedesktop.Flatpak``, the command ``flatpak-spawn --host``). What it does
not share are processes, /usr, /tmp and /dev/shm. Both sides see ``$XDG_RUNTIME_DIR/app/ID``, in memory.
"""

from __future__ import annotations

import configparser
import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .files import users_folder
from .translate import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Says to the worker in which folder OBS can open shared memory.
SHARED_VARIABLE = "OBS_BGREMOVE_SHARED_MEMORY"
_INFO = Path("/.flatpak-info")
_SERVICE = "org.freedesktop.Flatpak"


@dataclass(frozen=True)
class Sandbox:
    """The sandbox that this process runs in.

    ``app``: its ID, such as com.obsproject.Studio; ``may_start``: whether it may start programs outside;
    ``shared``: a folder in memory that programs outside see at the same path.
    """

    app: str
    may_start: bool
    shared: Path

    def problem(self) -> str:
        """Return why nothing can be started outside, a sentence for the user; empty if it can."""
        if self.may_start:
            return ""
        return tr(
            "OBS' Flatpak may not start programs outside of its sandbox; allow it with '{command}' and "
            "restart OBS.",
            command=f"flatpak override --user --talk-name={_SERVICE} {self.app}",
        )

    def outside(self, command: list[str], folder: Path, variables: Mapping[str, str]) -> list[str]:
        """Return the command line that runs a command outside, in the user's own environment.

        ``folder``: its working directory; ``variables``: set for it in addition. Its input, output and errors
        are those of the command line. It ends with SIGINT when the command line is killed.
        """
        given = [f"--env={name}={value}" for name, value in variables.items()]
        shared = f"--env={SHARED_VARIABLE}={self.shared}"
        return ["flatpak-spawn", "--host", "--watch-bus", f"--directory={folder}", *given, shared, *command]

    def data_directory(self) -> Path:
        """Return where applications outside keep their data."""
        return Path(os.environ.get("HOST_XDG_DATA_HOME") or users_folder() / ".local" / "share")


@functools.cache
def sandbox() -> Sandbox | None:
    """Return the sandbox that this process runs in; None if it runs in none."""
    return read(_INFO)


def read(info: Path) -> Sandbox | None:
    """Return the sandbox that Flatpak's description says; None without one."""
    parser = configparser.RawConfigParser(delimiters=("=",), strict=False)
    try:
        parser.read_string(info.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return None
    app = parser.get("Application", "name", fallback="")
    if not app:
        return None
    policy = parser.get("Session Bus Policy", _SERVICE, fallback="")
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return Sandbox(app, policy in ("talk", "own"), Path(runtime) / "app" / app)


def shared_folder() -> Path | None:
    """Return the folder of shared memory that OBS and the worker both see; None: they see the same system."""
    named = os.environ.get(SHARED_VARIABLE)
    if named:
        return Path(named)
    inside = sandbox()
    return inside.shared if inside else None
