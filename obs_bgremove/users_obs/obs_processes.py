# SPDX-License-Identifier: GPL-2.0-or-later
"""The OBS that are running and their configurations: a running OBS overwrites what others edit there."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from . import portable, windows_processes
from .output import output

#: Names of OBS' process (Linux cuts names at 15 characters, which these are below). NixOS wraps programs.
NAMES = ("obs", "obs-studio", ".obs-wrapped", "obs64.exe", "obs32.exe", "OBS")


@dataclass(frozen=True)
class RunningObs:
    """A process of OBS; ``configuration`` is its "obs-studio" directory, None where that is not known."""

    pid: int
    configuration: Path | None


def running() -> list[RunningObs]:
    """Return the OBS processes of this user."""
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return [RunningObs(pid, None) for pid in _macos()]
    return linux(Path("/proc"))


def linux(proc: Path) -> list[RunningObs]:
    """Return the OBS processes that a /proc lists."""
    found = []
    for folder in proc.iterdir() if proc.is_dir() else ():
        if not folder.name.isdigit():
            continue
        try:
            if (folder / "comm").read_text().strip() not in NAMES:
                continue
            # A zombie has ended already: it writes nothing any more.
            if (folder / "stat").read_text().rpartition(")")[2].split()[:1] == ["Z"]:
                continue
            raw = (folder / "environ").read_bytes()
        except PermissionError:
            continue  # another user's
        except OSError:
            continue  # it has just ended
        found.append(RunningObs(int(folder.name), _configuration(raw)))
    return found


def _configuration(environ: bytes) -> Path | None:
    variables = dict(entry.split(b"=", 1) for entry in environ.split(b"\0") if b"=" in entry)
    moved, own = variables.get(b"XDG_CONFIG_HOME"), variables.get(b"HOME")
    if moved:
        return Path(os.fsdecode(moved)) / "obs-studio"
    return Path(os.fsdecode(own)) / ".config" / "obs-studio" if own else None


def _windows() -> list[RunningObs]:
    """Return the OBS of this session; the configuration is known of one that is portable for good."""
    found = []
    for pid, path in windows_processes.named(("obs64.exe", "obs32.exe")).items():
        folder = path.parent.parent.parent if path else None
        marked = folder is not None and portable.is_marked(folder)
        found.append(RunningObs(pid, portable.configuration(folder) if folder and marked else None))
    return found


def _macos() -> list[int]:
    lines = output(["ps", "-axo", "pid=,comm="]).splitlines()
    return [int(line.split(None, 1)[0]) for line in lines if line.rstrip().endswith("/MacOS/OBS")]
