# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds libobs and its frontend API in the process that we already run in."""

from __future__ import annotations

import ctypes
import sys


class ObsError(RuntimeError):
    """A call into libobs failed; the text says which and why."""


def open_libraries() -> list[ctypes.CDLL]:
    """Return the libraries in which the functions of libobs are looked up, in order.

    ``CDLL`` and never ``PyDLL``: the GIL has to be released around each call. A thread that
    kept it while it waits for the graphics mutex would deadlock with the graphics thread,
    which holds that mutex and waits for the GIL to run our callbacks.
    """
    if sys.platform == "win32":
        return [ctypes.CDLL("obs.dll"), ctypes.CDLL("obs-frontend-api.dll")]
    # OBS itself is linked with both, so the process's own symbol table has them whatever
    # the library files are called (libobs.so.0, libobs.so.30, libobs.framework...).
    return [ctypes.CDLL(None)]
