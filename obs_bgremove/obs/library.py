# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds libobs and its frontend API in the process that we already run in."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, NamedTuple


class ObsError(RuntimeError):
    """A call into libobs failed; the text says which and why."""


class Libraries(NamedTuple):
    """Where the functions of libobs are looked up, in order, in two ways to call them.

    ``CDLL`` releases the GIL around a call. It must be used for everything that may wait. A thread that kept
    the GIL while it waits for the graphics mutex would deadlock with the graphics thread, which holds that
    mutex and waits for the GIL to run our callbacks.

    ``PyDLL`` keeps the GIL. Another Python thread cannot take it during the call, so we need not wait to
    get it back, and the call is cheaper. It is for the functions of ``leaves.py`` only.
    """

    releasing: list[ctypes.CDLL]
    keeping: list[ctypes.PyDLL]

    def find(self, name: str, *, keep_gil: bool) -> Any:  # noqa: ANN401 - a function pointer of ctypes
        """Return a function, None if there is none of that name."""
        for one in self.keeping if keep_gil else self.releasing:
            function = getattr(one, name, None)
            if function is not None:
                return function
        return None


def open_libraries() -> Libraries:
    """Return the libraries of the OBS that we run in."""
    if sys.platform == "win32":
        names = "obs.dll", "obs-frontend-api.dll"
        return Libraries([ctypes.CDLL(one) for one in names], [ctypes.PyDLL(one) for one in names])
    # OBS itself is linked with both, so the process's own symbol table has them whatever
    # the library files are called (libobs.so.0, libobs.so.30, libobs.framework...).
    return Libraries([ctypes.CDLL(None)], [ctypes.PyDLL(None)])
