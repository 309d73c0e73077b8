# SPDX-License-Identifier: GPL-2.0-or-later
"""A script for a private OBS (31.1 or newer): makes a second canvas, as plugins for vertical video do.

Asked by the obs-websocket vendor request "make" to "more_canvases". The canvas is "Vertical", and shows its
scene "Upright", which shows the source ``source``. On that scene is the filter, with the settings in the
environment variable ``CANVAS_FILTER``.
"""

import ctypes
import json
import os
import sys
from ctypes import c_char_p, c_int, c_uint32, c_void_p

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from obs_bgremove.obs import data
from obs_bgremove.obs.functions import lib
from obs_bgremove.obs.vendor import Vendor

process = ctypes.CDLL(None)


def function(name, result, *arguments):
    """Return a C function of OBS."""
    found = process[name]
    found.restype, found.argtypes = result, arguments
    return found


#: A canvas of enum obs_canvas_flags: active where visible, holds its scenes.
ACTIVATE, SCENE_REF = 2, 8
VIDEO_INFO_BYTES = 256

vendor = None


def make(asked, response):
    """Make the canvas, its scene and the filter on that."""
    info = ctypes.create_string_buffer(VIDEO_INFO_BYTES)
    function("obs_get_video_info", ctypes.c_bool, c_void_p)(info)
    add = function("obs_frontend_add_canvas", c_void_p, c_char_p, c_void_p, c_int)
    canvas = add(b"Vertical", info, ACTIVATE | SCENE_REF)
    scene = function("obs_canvas_scene_create", c_void_p, c_void_p, c_char_p)(canvas, b"Upright")
    shown = function("obs_scene_get_source", c_void_p, c_void_p)(scene)
    found = lib.obs_get_source_by_name(data.read(asked, "source", "").encode())
    function("obs_scene_add", c_void_p, c_void_p, c_void_p)(scene, found)
    with data.created(json.loads(os.environ["CANVAS_FILTER"])) as settings:
        made = lib.obs_source_create_private(b"obs_bgremove", b"Background Removal", settings)
    function("obs_source_filter_add", None, c_void_p, c_void_p)(shown, made)
    function("obs_canvas_set_channel", None, c_void_p, c_uint32, c_void_p)(canvas, 0, shown)
    for one in (found, made, shown):
        lib.obs_source_release(one)
    function("obs_canvas_release", None, c_void_p)(canvas)
    data.write(response, {"done": "make"})


def script_load(settings):
    """Answer from now on."""
    global vendor
    vendor = Vendor("more_canvases")
    vendor.answer("make", make)


def script_unload():
    """Answer no more."""
    vendor.close()
