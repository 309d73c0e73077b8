# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether what was drawn is lost: when the graphics card is reset, or its driver updated, while OBS runs.

With Direct3D, OBS then makes every texture again, with the handle that it had, but empty. What comes from
memory is filled again by OBS; what was drawn into a render target is not. (With OpenGL, OBS notices nothing.)
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import CFUNCTYPE, Structure, byref, c_void_p

from .functions import lib

_Release = CFUNCTYPE(None, c_void_p)
_Rebuild = CFUNCTYPE(None, c_void_p, c_void_p)


class _Callbacks(Structure):
    """``struct gs_device_loss``; OBS calls both, so neither may be missing."""

    _fields_ = [("release", _Release), ("rebuild", _Rebuild), ("data", c_void_p)]


class DeviceLoss:
    """``count``: how often what was drawn was lost. Used with the graphics context entered."""

    def __init__(self) -> None:
        self.count = 0
        self._callbacks = _Callbacks(_Release(_released), _Rebuild(self._rebuilt))
        # What OBS finds them by, to forget them.
        self._callbacks.data = ctypes.addressof(self._callbacks)
        self._listens = sys.platform == "win32"
        if self._listens:
            lib.gs_register_loss_callbacks(byref(self._callbacks))

    def _rebuilt(self, _device: int | None, _data: int | None) -> None:
        self.count += 1

    def free(self) -> None:
        """Count no longer; a second time does nothing."""
        if self._listens:
            self._listens = False
            lib.gs_unregister_loss_callbacks(self._callbacks.data)


def _released(_data: int | None) -> None:
    """Do nothing: OBS gives back what is ours, too."""
