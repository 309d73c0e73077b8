# SPDX-License-Identifier: GPL-2.0-or-later
"""The C functions of libobs that the project uses, as one table.

Each row is (name, result, arguments[, check]). Declaring every argument matters: ctypes
passes an undeclared pointer as a 32-bit int. Pointers to libobs' own objects are plain
``c_void_p``, because only libobs looks inside them.

Which of them are called with the GIL held stands in ``leaves.py``.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
from ctypes import (
    POINTER,
    c_bool,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_int64,
    c_longlong,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import TYPE_CHECKING, Any

from . import library
from .leaves import ASKING, LEAVES
from .library import ObsError
from .structs import CallData, Vec4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

p = c_void_p


def _must_exist(result: int | None, function: Callable[..., Any], _arguments: tuple[Any, ...]) -> int:
    """Raise ObsError where a function that makes something returned NULL."""
    if not result:
        raise ObsError(f"{function.__name__} failed")
    return result


#: Rows of the table that OBS has on Windows only.
OF_WINDOWS = frozenset({"gs_register_loss_callbacks", "gs_unregister_loss_callbacks"})

TABLE: list[tuple[Any, ...]] = [
    # memory, log, version
    ("bmalloc", p, [c_size_t], _must_exist),
    ("bfree", None, [p]),
    ("blog", None, [c_int, c_char_p]),
    ("obs_get_version", c_uint32, []),
    ("obs_get_locale", c_char_p, []),
    # core
    ("obs_register_source_s", None, [p, c_size_t]),
    ("obs_enter_graphics", None, []),
    ("obs_leave_graphics", None, []),
    ("obs_wait_for_destroy_queue", c_bool, []),
    ("obs_queue_task", None, [c_int, p, p, c_bool]),
    ("obs_in_task_thread", c_bool, [c_int]),
    ("obs_get_frame_interval_ns", c_uint64, []),
    ("obs_get_total_frames", c_uint32, []),
    ("obs_get_video", p, []),
    ("obs_get_video_info", c_bool, [p]),
    ("gs_enum_adapters", None, [p, p]),
    ("gs_register_loss_callbacks", None, [p]),
    ("gs_unregister_loss_callbacks", None, [p]),
    ("video_output_get_total_frames", c_uint32, [p]),
    ("video_output_get_skipped_frames", c_uint32, [p]),
    ("obs_get_lagged_frames", c_uint32, []),
    ("obs_get_proc_handler", p, []),
    ("obs_get_source_by_name", p, [c_char_p]),
    ("obs_enum_sources", None, [p, p]),
    ("obs_enum_all_sources", None, [p, p]),
    ("obs_obj_is_private", c_bool, [p]),
    # sources
    ("obs_source_create_private", p, [c_char_p, c_char_p, p], _must_exist),
    ("obs_source_get_ref", p, [p]),
    ("obs_source_release", None, [p]),
    ("obs_source_get_weak_source", p, [p]),
    ("obs_weak_source_get_source", p, [p]),
    ("obs_weak_source_release", None, [p]),
    ("obs_source_removed", c_bool, [p]),
    ("obs_source_get_name", c_char_p, [p]),
    ("obs_source_set_name", None, [p, c_char_p]),
    ("obs_source_get_unversioned_id", c_char_p, [p]),
    ("obs_source_get_type", c_int, [p]),
    ("obs_source_get_output_flags", c_uint32, [p]),
    ("obs_source_get_signal_handler", p, [p]),
    ("obs_source_get_width", c_uint32, [p]),
    ("obs_source_get_height", c_uint32, [p]),
    ("obs_source_get_base_width", c_uint32, [p]),
    ("obs_source_get_base_height", c_uint32, [p]),
    ("obs_source_inc_active", None, [p]),
    ("obs_source_dec_active", None, [p]),
    ("obs_source_enabled", c_bool, [p]),
    ("obs_source_set_enabled", None, [p, c_bool]),
    ("obs_source_set_muted", None, [p, c_bool]),
    ("obs_source_get_sync_offset", c_int64, [p]),
    ("obs_source_set_sync_offset", None, [p, c_int64]),
    ("obs_source_media_get_state", c_int, [p]),
    ("obs_source_get_color_space", c_int, [p, c_size_t, POINTER(c_int)]),
    ("obs_source_video_render", None, [p]),
    ("obs_source_default_render", None, [p]),
    ("obs_source_enum_full_tree", None, [p, p, p]),
    ("obs_source_get_settings", p, [p]),
    ("obs_source_get_private_settings", p, [p]),
    ("obs_source_update", None, [p, p]),
    ("obs_source_update_properties", None, [p]),
    ("obs_source_enum_filters", None, [p, p, p]),
    ("obs_filter_get_parent", p, [p]),
    ("obs_filter_get_target", p, [p]),
    ("obs_source_filter_add", None, [p, p]),
    ("obs_source_filter_remove", None, [p, p]),
    ("obs_source_filter_set_order", None, [p, p, c_int]),
    # signals and procedures
    ("signal_handler_connect", None, [p, c_char_p, p, p]),
    ("signal_handler_disconnect", None, [p, c_char_p, p, p]),
    ("obs_get_signal_handler", p, []),
    ("calldata_get_string", c_bool, [p, c_char_p, POINTER(c_char_p)]),
    ("proc_handler_call", c_bool, [p, c_char_p, POINTER(CallData)]),
    ("calldata_get_data", c_bool, [POINTER(CallData), c_char_p, p, c_size_t]),
    ("calldata_set_data", None, [POINTER(CallData), c_char_p, p, c_size_t]),
    # settings
    ("obs_data_create", p, [], _must_exist),
    ("obs_data_create_from_json", p, [c_char_p], _must_exist),
    ("obs_data_release", None, [p]),
    ("obs_data_get_json", c_char_p, [p]),
    ("obs_data_get_array", p, [p, c_char_p]),
    ("obs_data_apply", None, [p, p]),
    ("obs_data_get_string", c_char_p, [p, c_char_p]),
    ("obs_data_get_bool", c_bool, [p, c_char_p]),
    ("obs_data_get_int", c_longlong, [p, c_char_p]),
    ("obs_data_get_double", c_double, [p, c_char_p]),
    ("obs_data_set_string", None, [p, c_char_p, c_char_p]),
    ("obs_data_set_int", None, [p, c_char_p, c_longlong]),
    ("obs_data_set_double", None, [p, c_char_p, c_double]),
    ("obs_data_set_bool", None, [p, c_char_p, c_bool]),
    ("obs_data_set_default_string", None, [p, c_char_p, c_char_p]),
    ("obs_data_set_default_bool", None, [p, c_char_p, c_bool]),
    ("obs_data_set_default_int", None, [p, c_char_p, c_longlong]),
    ("obs_data_set_default_double", None, [p, c_char_p, c_double]),
    ("obs_data_erase", None, [p, c_char_p]),
    ("obs_data_set_array", None, [p, c_char_p, p]),
    ("obs_data_array_create", p, [], _must_exist),
    ("obs_data_array_push_back", c_size_t, [p, p]),
    ("obs_data_array_release", None, [p]),
    # hotkeys
    ("obs_hotkey_register_source", c_size_t, [p, c_char_p, c_char_p, p, p]),
    ("obs_hotkey_unregister", None, [c_size_t]),
    # properties
    ("obs_properties_create", p, [], _must_exist),
    ("obs_properties_get", p, [p, c_char_p]),
    ("obs_properties_add_list", p, [p, c_char_p, c_char_p, c_int, c_int], _must_exist),
    ("obs_property_list_add_string", c_size_t, [p, c_char_p, c_char_p]),
    ("obs_property_list_item_count", c_size_t, [p]),
    ("obs_property_list_item_string", c_char_p, [p, c_size_t]),
    ("obs_properties_add_path", p, [p, c_char_p, c_char_p, c_int, c_char_p, c_char_p], _must_exist),
    (
        "obs_properties_add_float_slider",
        p,
        [p, c_char_p, c_char_p, c_double, c_double, c_double],
        _must_exist,
    ),
    ("obs_properties_add_bool", p, [p, c_char_p, c_char_p], _must_exist),
    ("obs_properties_add_color", p, [p, c_char_p, c_char_p], _must_exist),
    ("obs_properties_add_text", p, [p, c_char_p, c_char_p, c_int], _must_exist),
    ("obs_properties_add_button", p, [p, c_char_p, c_char_p, p], _must_exist),
    ("obs_property_set_description", None, [p, c_char_p]),
    ("obs_property_set_long_description", None, [p, c_char_p]),
    ("obs_property_set_visible", None, [p, c_bool]),
    ("obs_property_visible", c_bool, [p]),
    ("obs_property_set_modified_callback", None, [p, p]),
    ("obs_property_text_set_info_type", None, [p, c_int]),
    ("obs_property_text_info_type", c_int, [p]),
    ("obs_property_float_set_suffix", None, [p, c_char_p]),
    # graphics: render targets, textures, staging surfaces
    ("gs_texrender_create", p, [c_int, c_int], _must_exist),
    ("gs_texrender_destroy", None, [p]),
    ("gs_texrender_begin_with_color_space", c_bool, [p, c_uint32, c_uint32, c_int]),
    ("gs_texrender_end", None, [p]),
    ("gs_texrender_reset", None, [p]),
    ("gs_texrender_get_texture", p, [p]),
    ("gs_texture_create", p, [c_uint32, c_uint32, c_int, c_uint32, p, c_uint32], _must_exist),
    ("gs_texture_destroy", None, [p]),
    ("gs_texture_set_image", None, [p, p, c_uint32, c_bool]),
    ("gs_stagesurface_create", p, [c_uint32, c_uint32, c_int], _must_exist),
    ("gs_stagesurface_destroy", None, [p]),
    ("gs_stagesurface_map", c_bool, [p, POINTER(POINTER(c_uint8)), POINTER(c_uint32)]),
    ("gs_stagesurface_unmap", None, [p]),
    ("gs_stage_texture", None, [p, p]),
    # graphics: effects
    ("gs_effect_create_from_file", p, [c_char_p, POINTER(p)]),
    ("gs_effect_destroy", None, [p]),
    ("gs_effect_get_param_by_name", p, [p, c_char_p]),
    ("gs_effect_set_texture", None, [p, p]),
    ("gs_effect_set_texture_srgb", None, [p, p]),
    ("gs_effect_set_vec4", None, [p, POINTER(Vec4)]),
    ("gs_effect_loop", c_bool, [p, c_char_p]),
    # graphics: state and drawing
    ("gs_draw_sprite", None, [p, c_uint32, c_uint32, c_uint32]),
    ("gs_ortho", None, [c_float] * 6),
    ("gs_clear", None, [c_uint32, POINTER(Vec4), c_float, c_uint8]),
    ("gs_blend_state_push", None, []),
    ("gs_blend_state_pop", None, []),
    ("gs_enable_blending", None, [c_bool]),
    ("gs_blend_function", None, [c_int, c_int]),
    ("gs_blend_function_separate", None, [c_int, c_int, c_int, c_int]),
    ("gs_enable_framebuffer_srgb", None, [c_bool]),
    ("gs_framebuffer_srgb_enabled", c_bool, []),
    ("gs_get_linear_srgb", c_bool, []),
    ("gs_set_linear_srgb", c_bool, [c_bool]),
    ("gs_get_color_space", c_int, []),
    ("gs_matrix_push", None, []),
    ("gs_matrix_pop", None, []),
    ("gs_matrix_translate3f", None, [c_float] * 3),
    ("gs_matrix_scale3f", None, [c_float] * 3),
    # frontend
    ("obs_frontend_add_event_callback", None, [p, p]),
    ("obs_frontend_add_preload_callback", None, [p, p]),
    ("obs_frontend_get_current_profile_path", p, []),
    # (OBS 31 and newer.)
    ("obs_frontend_get_app_config", p, []),
    ("config_get_string", c_char_p, [p, c_char_p, c_char_p]),
]


class Functions:
    """The table, bound: ``lib.gs_clear(...)``.

    A function is looked up when it is first used and is a plain attribute from then on, so
    that importing this module needs no OBS, and a call costs no more than ctypes does.
    """

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Any, ...]] = {row[0]: row[1:] for row in TABLE}
        self._libraries: library.Libraries | None = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in self._rows:
            raise AttributeError(f"{name} is not in the table of libobs functions")
        if self._libraries is None:
            self._libraries = library.open_libraries()
        function: Any = self._libraries.find(name, keep_gil=name in LEAVES)
        if function is None:
            raise ObsError(f"this OBS has no function {name}; OBS 28 or newer is needed")
        result, arguments, *check = self._rows[name]
        function.restype = result
        function.argtypes = arguments
        if check:
            function.errcheck = check[0]
        setattr(self, name, function)
        found: Callable[..., Any] = function
        return found

    @contextlib.contextmanager
    def recorded(self) -> Iterator[list[functools.partial[Any]]]:
        """Give a list of the calls of gs_... functions that are made inside the ``with``, by any thread.

        So it is only for one that has entered the graphics context: the others cannot call them meanwhile.
        Calls that only ask are left out: nobody reads their answers when they are made again.
        """
        calls: list[functools.partial[Any]] = []

        def recording(function: Callable[..., Any]) -> Callable[..., Any]:
            again, converted = _unconverting(function)

            def call(*arguments: Any) -> Any:  # noqa: ANN401 - what the function takes and returns
                calls.append(functools.partial(again, *converted(arguments)))
                return function(*arguments)

            return call

        names = [name for name in LEAVES if name.startswith("gs_") and name not in ASKING]
        drawing = {name: getattr(self, name) for name in names}
        before = dict(self.__dict__)
        self.__dict__.update({name: recording(function) for name, function in drawing.items()})
        try:
            yield calls
        finally:
            for name in drawing:
                del self.__dict__[name]
                if name in before:
                    self.__dict__[name] = before[name]


def _unconverting(function: Any) -> tuple[Any, Callable[[tuple[Any, ...]], Iterable[Any]]]:  # noqa: ANN401
    """Return a function of C that converts no arguments, and what converts those for it, once for many calls.

    Converting takes ctypes as long as the rest of a call. (What stands in for libobs takes Python's objects.)
    """
    kinds = getattr(function, "argtypes", None)
    if kinds is None:
        return function, lambda arguments: arguments
    again = type(function)(ctypes.cast(function, c_void_p).value)
    again.restype = function.restype
    return again, lambda arguments: [kind.from_param(one) for kind, one in zip(kinds, arguments)]


lib = Functions()


def address_of(name: str) -> int:
    """Return the address of a libobs function, to hand it out as a callback of its own."""
    function: Any = getattr(lib, name)
    return ctypes.cast(function, c_void_p).value or 0
