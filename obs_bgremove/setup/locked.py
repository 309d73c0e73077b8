# SPDX-License-Identifier: GPL-2.0-or-later
"""The tested versions of what runs for a streamer: the files in ``requirements``, made by lock.py.

Each file has the exact versions for a flavour of onnxruntime and for the Pythons and systems at its head,
with the SHA-256 of their packages, as ``pip install --require-hashes -r`` reads it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from .. import processor

FOLDER = Path(__file__).resolve().parent / "requirements"
#: How a line begins that names a Python and a system which the file was made for.
MADE_FOR = "# made for: "


class Target(NamedTuple):
    """A Python on a system: its version as "3.12", ``sys.platform``, and the processor."""

    python: str
    system: str
    machine: str

    def __str__(self) -> str:
        return f"Python {self.python} ({self.system} {self.machine})"


def this_target() -> Target:
    """Return what this Python is. The t of 3.14t, which has packages of its own, means without the GIL."""
    kind = "t" if "free-threading" in sys.version else ""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}{kind}"
    return Target(version, sys.platform, processor.of_this_python())


def files(flavour: str) -> list[Path]:
    """Return the files of a flavour of onnxruntime."""
    return sorted(FOLDER.glob(f"{flavour}-*.txt"))


def targets(file: Path) -> list[Target]:
    """Return the Pythons and systems that a file was made for."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Target(*line[len(MADE_FOR) :].split()) for line in lines if line.startswith(MADE_FOR)]


def file_for(flavour: str, target: Target) -> Path | None:
    """Return the file of a flavour for a Python on a system; None if there is none."""
    return next((file for file in files(flavour) if target in targets(file)), None)
