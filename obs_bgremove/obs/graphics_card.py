# SPDX-License-Identifier: GPL-2.0-or-later
"""Which graphics card OBS draws with."""

from __future__ import annotations

import ctypes
import sys
from ctypes import CFUNCTYPE, byref, c_bool, c_char_p, c_uint32, c_void_p

from .functions import lib
from .graphics import entered
from .library import ObsError
from .structs import VideoInfo

_Adapter = CFUNCTYPE(c_bool, c_void_p, c_char_p, c_uint32)
#: GL_RENDERER of OpenGL.
_RENDERER = 0x1F01


def name() -> str:
    """Return the name of the card, as its driver has it; "" if nobody says. Not on the graphics thread."""
    try:
        with entered():
            return _of_direct3d() if sys.platform == "win32" else _of_opengl()
    except (ObsError, OSError, AttributeError):
        # Without video, or with a library of OpenGL that is called otherwise.
        return ""


def _of_direct3d() -> str:
    """Return the name of the adapter that OBS was set to use; "" with OpenGL, which lists none."""
    info, names = VideoInfo(), dict[int, str]()
    if not lib.obs_get_video_info(byref(info)):
        return ""

    def note(_parameter: int | None, called: bytes | None, number: int) -> bool:
        names[number] = (called or b"").decode(errors="replace")
        return True

    callback = _Adapter(note)
    lib.gs_enum_adapters(callback, None)
    return names.get(info.adapter, "")


def _of_opengl() -> str:
    if sys.platform != "linux":
        return ""
    ask = ctypes.CDLL("libGL.so.1").glGetString
    ask.restype, ask.argtypes = c_char_p, [c_uint32]
    called: bytes = ask(_RENDERER) or b""
    return called.decode(errors="replace")
