# SPDX-License-Identifier: GPL-2.0-or-later
"""The tested versions of what runs for a streamer: ``requirements/FLAVOUR.txt``, made by lock.py.

Each file names exact versions and the SHA-256 of their packages, for the Pythons and systems at its head.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent / "requirements"
#: How a line begins that names a Python and a system which the file was made for.
MADE_FOR = "# made for: "


class Target(NamedTuple):
    """A Python on a system: its version as "3.12", ``sys.platform``, and ``platform.machine()``."""

    python: str
    system: str
    machine: str

    def __str__(self) -> str:
        return f"Python {self.python} on {self.system} {self.machine}"


def this_target() -> Target:
    """Return what this Python is."""
    return Target(f"{sys.version_info[0]}.{sys.version_info[1]}", sys.platform, platform.machine())


def path(flavour: str) -> Path:
    """Return the path of the file of a flavour of onnxruntime."""
    return FOLDER / f"{flavour}.txt"


def targets(flavour: str) -> list[Target]:
    """Return what the file of a flavour was made for; empty if there is no file."""
    try:
        lines = path(flavour).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [Target(*line[len(MADE_FOR) :].split()) for line in lines if line.startswith(MADE_FOR)]


def serves(flavour: str, target: Target) -> bool:
    """Return whether the file of a flavour was made for a Python on a system."""
    return target in targets(flavour)
