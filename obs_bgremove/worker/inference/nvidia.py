# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks the NVIDIA driver, by ctypes, what there is: no CUDA toolkit is needed for that."""

from __future__ import annotations

import ctypes
import sys

from ...translate import tr


class Missing(Exception):
    """Something is not there; the message says what, without a full stop."""


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
