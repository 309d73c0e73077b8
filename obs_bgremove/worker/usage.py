# SPDX-License-Identifier: GPL-2.0-or-later
"""What this process has used of the machine so far."""

from __future__ import annotations

import ctypes
import os
import sys
import time


def usage() -> dict:
    """Return ``at_s`` (a clock's), ``cpu_s`` (processor time of all threads), ``memory_mb`` (resident)."""
    return {
        "at_s": round(time.monotonic(), 4),
        "cpu_s": round(time.process_time(), 4),
        "memory_mb": round(memory_mb(), 1),
    }


def memory_mb() -> float:
    """Return the resident memory of this process in megabytes; on macOS the most it ever was."""
    if sys.platform == "win32":
        return _windows_bytes() / 1e6
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / 1e6 if sys.platform == "darwin" else most / 1e3


class _Counters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of Windows."""

    _fields_ = [
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("peak_working_set", ctypes.c_size_t),
        ("working_set", ctypes.c_size_t),
        ("others", ctypes.c_size_t * 6),
    ]


def _windows_bytes() -> int:
    counters = _Counters(size=ctypes.sizeof(_Counters))
    kernel = ctypes.windll.kernel32
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
    kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size)
    return counters.working_set
