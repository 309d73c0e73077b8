# SPDX-License-Identifier: GPL-2.0-or-later
"""The C structs, enums and callback types that the table of functions needs."""

from __future__ import annotations

from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_bool,
    c_char_p,
    c_float,
    c_int,
    c_size_t,
    c_uint32,
    c_void_p,
)


class Vec4(Structure):
    """Four floats (``struct vec4``: red, green, blue, alpha).

    libobs reads it with aligned SSE loads in places, so an instance is kept at a 16-byte
    boundary by ``graphics.vec4``.
    """

    _fields_ = [("x", c_float), ("y", c_float), ("z", c_float), ("w", c_float)]


class VideoInfo(Structure):
    """How OBS draws (``struct obs_video_info``); newer versions may have more at its end."""

    _fields_ = [
        ("graphics_module", c_char_p),
        ("sizes_and_rates", c_uint32 * 6),
        ("output_format", c_int),
        ("adapter", c_uint32),
        ("more", c_uint32 * 32),
    ]


class CallData(Structure):
    """Arguments of a signal or procedure (``struct calldata``)."""

    _fields_ = [("stack", c_void_p), ("size", c_size_t), ("capacity", c_size_t), ("fixed", c_bool)]


#: Callbacks. The ctypes objects made from them must outlive every use by OBS: there is no
#: unregistering a source type, so those live in modules that are never reloaded.
#: Results are addresses and numbers. With c_char_p, ctypes warns of a memory leak at each call, on stderr,
#: and OBS opens its script log at that.
GetName = CFUNCTYPE(c_void_p, c_void_p)
Create = CFUNCTYPE(c_void_p, c_void_p, c_void_p)
GetDefaults = CFUNCTYPE(None, c_void_p)
GetProperties = CFUNCTYPE(c_void_p, c_void_p)
Update = CFUNCTYPE(None, c_void_p, c_void_p)
VideoRender = CFUNCTYPE(None, c_void_p, c_void_p)
GetColorSpace = CFUNCTYPE(c_int, c_void_p, c_size_t, POINTER(c_int))
Signal = CFUNCTYPE(None, c_void_p, c_void_p)
FrontendEvent = CFUNCTYPE(None, c_int, c_void_p)
FrontendSave = CFUNCTYPE(None, c_void_p, c_bool, c_void_p)
EnumTree = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p)
EnumFilters = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p)
EnumSources = CFUNCTYPE(c_bool, c_void_p, c_void_p)
PropertyModified = CFUNCTYPE(c_bool, c_void_p, c_void_p, c_void_p)
Task = CFUNCTYPE(None, c_void_p)
HotkeyPressed = CFUNCTYPE(None, c_void_p, c_size_t, c_void_p, c_bool)
ButtonClicked = CFUNCTYPE(c_bool, c_void_p, c_void_p, c_void_p)


#: Members of ``struct obs_source_info`` after ``video_render`` that are left empty, all pointers.
_UNUSED = (
    *("filter_video", "filter_audio", "enum_active_sources", "save", "load", "mouse_click", "mouse_move"),
    *("mouse_wheel", "focus", "key_click", "filter_remove", "type_data", "free_type_data", "audio_render"),
    *("enum_all_sources", "transition_start", "transition_stop", "get_defaults2", "get_properties2"),
    *("audio_mix", "media_play_pause", "media_restart", "media_stop", "media_next", "media_previous"),
    *("media_get_duration", "media_get_time", "media_set_time", "media_get_state"),
    *("unversioned_id", "missing_files"),
)


class SourceInfoPrefix(Structure):
    """The first members of ``struct obs_source_info``, up to the last that a filter of ours uses.

    OBS accepts a shorter struct (its size is passed along) and refuses a longer one than it
    knows, so registering the prefix works on every OBS from 28 on.
    """

    _fields_ = [
        ("id", c_char_p),
        ("type", c_int),
        ("output_flags", c_uint32),
        ("get_name", GetName),
        ("create", Create),
        ("destroy", c_void_p),
        ("get_width", c_void_p),
        ("get_height", c_void_p),
        ("get_defaults", GetDefaults),
        ("get_properties", GetProperties),
        ("update", Update),
        ("activate", c_void_p),
        ("deactivate", c_void_p),
        ("show", c_void_p),
        ("hide", c_void_p),
        ("video_tick", c_void_p),
        ("video_render", VideoRender),
        *((name, c_void_p) for name in _UNUSED[:20]),
        ("icon_type", c_int),
        *((name, c_void_p) for name in _UNUSED[20:29]),
        ("version", c_uint32),
        *((name, c_void_p) for name in _UNUSED[29:]),
        ("video_get_color_space", GetColorSpace),
    ]


SOURCE_TYPE_INPUT, SOURCE_TYPE_FILTER, SOURCE_TYPE_SCENE = 0, 1, 3
SOURCE_VIDEO, SOURCE_AUDIO = 1 << 0, 1 << 1
SOURCE_ASYNC = 1 << 2
SOURCE_CUSTOM_DRAW = 1 << 3
SOURCE_SRGB = 1 << 15

MEDIA_STATE_ERROR = 7

# enum obs_frontend_event
FRONTEND_EVENT_EXIT, FRONTEND_EVENT_SCRIPTING_SHUTDOWN = 17, 36
FRONTEND_EVENT_COLLECTION_CHANGED, FRONTEND_EVENT_COLLECTION_CLEANUP = 13, 25
FRONTEND_EVENT_COLLECTION_CHANGING = 34

# enum obs_order_movement: OBS' "up" is towards the source
ORDER_INWARDS, ORDER_OUTWARDS = 0, 1
# enum gs_color_format
FORMAT_R8, FORMAT_RGBA, FORMAT_BGRA = 2, 3, 5
FORMAT_RGBA16, FORMAT_R16, FORMAT_RGBA16F, FORMAT_RGBA32F = 7, 8, 9, 10
# enum gs_color_space
SPACE_SRGB, SPACE_SRGB_16F, SPACE_709_EXTENDED = 0, 1, 2
# enum gs_blend_type
BLEND_ONE, BLEND_SRC_ALPHA, BLEND_INV_SRC_ALPHA = 1, 4, 5
TEXTURE_DYNAMIC = 1 << 1
CLEAR_COLOR = 1 << 0
# enum obs_combo_type, obs_combo_format, obs_path_type, obs_text_type
COMBO_LIST, COMBO_STRING, PATH_FILE, PATH_DIRECTORY, TEXT_INFO = 2, 3, 0, 2, 3
# enum obs_task_type
TASK_UI, TASK_GRAPHICS = 0, 1
# enum obs_text_info_type, obs_group_type
INFO_NORMAL, INFO_WARNING, INFO_ERROR = 0, 1, 2
LOG_ERROR, LOG_WARNING, LOG_INFO = 100, 200, 300
