# SPDX-License-Identifier: GPL-2.0-or-later
"""How much memory this process takes."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


def memory_mb() -> float:
    """Return the resident memory of this process in megabytes; on macOS the most it ever was."""
    if sys.platform == "win32":
        return _windows_bytes() / 1e6
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
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
    if sys.platform != "win32":
        raise OSError("only Windows is asked in this way")
    counters = _Counters(size=ctypes.sizeof(_Counters))
    kernel = ctypes.windll.kernel32
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
    kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size)
    return int(counters.working_set)
