# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks the NVIDIA driver, by ctypes, what there is: no CUDA toolkit is needed for that.

NVIDIA's libraries come as Python packages (``nvidia-...``), whose folders Windows has to be told.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
from pathlib import Path

from ...translate import tr


class Missing(Exception):
    """Something is not there; the message says what, without a full stop."""


def make_libraries_findable() -> None:
    """Have Windows find the libraries of NVIDIA's Python packages, by whatever names others ask for them.

    ``onnxruntime.preload_dlls`` loads those that its version knows. cuDNN asks for more by itself, others in
    each version (https://github.com/microsoft/onnxruntime/pull/28787), and their folders differ between CUDA
    12 and 13 (https://github.com/microsoft/onnxruntime/issues/29198). On Linux the packages name each other.
    """
    if sys.platform != "win32":
        return
    packages = Path(sysconfig.get_path("purelib")) / "nvidia"
    folders = [str(folder) for folder in sorted({file.parent for file in packages.glob("*/bin/**/*.dll")})]
    for folder in folders:
        os.add_dll_directory(folder)
    # Of the two ways in which Windows looks for libraries, one goes by this and the other by the above.
    os.environ["PATH"] = os.pathsep.join([*folders, *filter(None, [os.environ.get("PATH")])])


def _library(*names: str) -> ctypes.CDLL:
    reason = None
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError as error:
            reason = error
    raise Missing(tr("{name} cannot be loaded ({reason})", name=names[0], reason=reason))


def _named(windows: tuple[str, ...], others: tuple[str, ...]) -> ctypes.CDLL:
    return _library(*(windows if sys.platform == "win32" else others))


def cuda() -> ctypes.CDLL:
    """Return the driver's library, initialised; raise Missing if there is no GPU for it."""
    driver = _named(("nvcuda.dll",), ("libcuda.so.1", "libcuda.so"))
    count = ctypes.c_int()
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0 or count.value < 1:
        raise Missing(tr("the NVIDIA driver finds no usable GPU"))
    return driver


def identity() -> tuple[str, ...]:
    """Return what is made for one card alone depends on: GPU and driver; "?" for what is unknown."""
    found = []
    for ask in (_gpu, _driver):
        try:
            found.append(ask())
        except (Missing, AttributeError):
            found.append("?")
    return tuple(found)


def _gpu() -> str:
    name = ctypes.create_string_buffer(256)
    cuda().cuDeviceGetName(name, len(name), 0)
    return name.value.decode(errors="replace")


def _driver() -> str:
    management = _named(("nvml.dll",), ("libnvidia-ml.so.1",))
    version = ctypes.create_string_buffer(80)
    management.nvmlInit_v2()
    management.nvmlSystemGetDriverVersion(version, len(version))
    return version.value.decode(errors="replace")
