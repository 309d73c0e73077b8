# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS: reads pixels of the canvas as they are, also beyond white.

Asked by the obs-websocket vendor request "read" to "canvas", with ``x`` and ``y``; answers
``red``, ``green``, ``blue``: linear with Rec. 709 primaries and SDR white at 1 on an HDR canvas.
"""

import ctypes
import os
import struct
import sys
from ctypes import c_void_p

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.obs import data
from obs_bgremove.obs.graphics import StagingSurface, entered
from obs_bgremove.obs.structs import FORMAT_RGBA16F
from obs_bgremove.obs.vendor import Vendor

process = ctypes.CDLL(None)
process.obs_get_main_texture.restype = c_void_p
for name in ("width", "height", "color_format"):
    getattr(process, f"gs_texture_get_{name}").argtypes = [c_void_p]

vendor = None


def read(asked, response):
    """Answer with one pixel of the canvas."""
    x, y = data.read(asked, "x", 0), data.read(asked, "y", 0)
    with entered():
        texture = process.obs_get_main_texture()
        assert process.gs_texture_get_color_format(texture) == FORMAT_RGBA16F, "not an HDR canvas"
        size = process.gs_texture_get_width(texture), process.gs_texture_get_height(texture)
        staging = StagingSurface(*size, FORMAT_RGBA16F)
        staging.stage(texture)
        with staging as (address, linesize):
            pixel = ctypes.string_at(address + y * linesize + 8 * x, 8)
        staging.free()
    data.write(response, dict(zip(("red", "green", "blue"), struct.unpack("<4e", pixel))))


def script_load(settings):
    """Answer from now on."""
    global vendor
    vendor = Vendor("canvas")
    vendor.answer("read", read)


def script_unload():
    """Answer no more."""
    vendor.close()
