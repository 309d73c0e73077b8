# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a network in TensorFlow.js, its own runtime: the reference of the conversion.

Needs node and npm; the runtime's packages are put into a directory that is given.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...common.errors import ExportError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...common.arrays import Bytes

VERSION = "4.22.0"
_PACKAGES = ("tfjs-core", "tfjs-converter", "tfjs-backend-cpu")


def mattes(
    files: dict[str, bytes], frames: Bytes, ratio: float, work: Path
) -> tuple[NDArray[np.float32], str]:
    """Return the mattes (float32 [N, H, W]) of ``frames`` (uint8 [N, H, W, 4] BGRA) and the runtime's name.

    ``work`` is a directory for the packages and the numbers that go to and fro.
    """
    for path, content in files.items():
        (work / Path(path).name).write_bytes(content)
    topology = next(Path(path).name for path in files if path.endswith(".json"))
    frames.tofile(work / "frames")
    count, height, width = frames.shape[:3]
    if not (work / "node_modules").exists():
        packages = [f"@tensorflow/{name}@{VERSION}" for name in _PACKAGES]
        _run(
            "npm",
            ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", ".", *packages],
            work,
        )
    script = Path(__file__).with_suffix(".mjs")
    numbers = [count, height, width, ratio]
    _run("node", [str(script), topology, "frames", "mattes", *map(str, numbers)], work)
    answers = np.fromfile(work / "mattes", np.float32).reshape(count, height, width)
    return answers, f"TensorFlow.js {VERSION} (cpu)"


def _run(program: str, arguments: list[str], work: Path) -> None:
    found = shutil.which(program)
    if not found:
        raise ExportError(f"Recording a reference of this network needs {program}; install Node.js.")
    if subprocess.run([found, *arguments], cwd=str(work), check=False).returncode:
        raise ExportError(f"{program} failed; its own message stands above.")
