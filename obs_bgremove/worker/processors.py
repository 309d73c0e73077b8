# SPDX-License-Identifier: GPL-2.0-or-later
"""The processors of this machine: how many there are, and how many of them rest."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import NamedTuple

#: Numbers of the first line of /proc/stat, in ticks since the system started: what rests, what runs with low
#: priority (it gives way, so it is as good as idle), and what waits for a disk.
_NICE, _IDLE, _WAITING = 1, 3, 4
#: The numbers after these are contained in others.
_COUNTED = 8


def count() -> int:
    """Return the number of processors that this process may run on."""
    allowed = getattr(os, "sched_getaffinity", None)
    return max(1, len(allowed(0)) if allowed else os.cpu_count() or 1)


class _Times(NamedTuple):
    """Since the start of the system, in any unit, of all processors together."""

    all: float
    idle: float


class Idle:
    """Measures how many processors rested since it was asked before."""

    def __init__(self) -> None:
        self._before = _times()

    def read(self) -> float:
        """Return the number of processors; -1 if the system does not say."""
        before, now = self._before, _times()
        self._before = now
        if now is None or before is None:
            return _by_load()
        if now.all <= before.all:
            return -1.0
        share = (now.idle - before.idle) / (now.all - before.all)
        return round(min(1.0, max(0.0, share)) * count(), 2)


def _times() -> _Times | None:
    return _windows_times() if sys.platform == "win32" else _linux_times()


def _linux_times() -> _Times | None:
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0]
        ticks = [float(one) for one in first.split()[1 : 1 + _COUNTED]]
        return _Times(sum(ticks), ticks[_NICE] + ticks[_IDLE] + ticks[_WAITING])
    except (OSError, ValueError, IndexError):
        return None


def _windows_times() -> _Times | None:
    kernel32 = ctypes.CDLL("kernel32")
    idle, kernel, user = ctypes.c_uint64(), ctypes.c_uint64(), ctypes.c_uint64()
    if not kernel32.GetSystemTimes(ctypes.byref(idle), ctypes.byref(kernel), ctypes.byref(user)):
        return None
    # The kernel's time contains the idle time.
    return _Times(kernel.value + user.value, idle.value)


def _by_load() -> float:
    """Return what is left beside the processes that wanted a processor in the last minute (macOS)."""
    load = getattr(os, "getloadavg", None)
    try:
        return round(max(0.0, count() - load()[0]), 2) if load else -1.0
    except OSError:
        return -1.0
