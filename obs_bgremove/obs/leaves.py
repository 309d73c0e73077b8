# SPDX-License-Identifier: GPL-2.0-or-later
"""The functions of libobs that are called with the GIL held: they are leaves.

A leaf waits for no other thread of this process that may want the GIL: it takes no lock that such a thread
may hold, and calls no code of a source, of a plugin or of a script. So a call that holds the GIL always
ends, and nobody can deadlock with it. The reasons were read in the sources of OBS 28.0, 29.0.2, 30.2.3 and
32.2.2.

Why it matters: a thread that releases the GIL has to get it back. While another script computes in a thread
of its own, that takes a whole switch interval each time that the other thread was quick enough to take the
GIL. A frame has a hundred of these calls.

Not leaves, though they look like it:

- ``obs_source_get_width`` and ``obs_source_get_base_width``, and the same for heights: they ask the source,
  whose code may take locks (a source written in Lua takes the lock of its script).
- ``obs_source_video_render`` and ``obs_source_default_render``: they run the source's code.
- ``obs_source_get_color_space``: it may run the source's code.
- ``obs_source_release``: it may destroy the source.
- ``obs_enter_graphics``: it waits for the graphics mutex, which a thread that waits for the GIL may hold.
- ``blog``: it runs the log handler of the frontend, which takes a lock and writes to a file. (A leaf that is
  called wrongly logs that. The handler calls no Python, so not even that would be a deadlock.)
- what makes and frees GPU objects (rare, and the driver may take its time).
"""

from __future__ import annotations

#: It returns or sets a field of a struct: no lock, no other code.
_FIELD = "field"
#: It counts a reference with an atomic operation: no lock, no other code.
_ATOMIC = "atomic"
#: It changes what libobs itself records of the graphics state (matrices, blending, values of an effect). That
#: belongs to the thread that has entered the graphics context. It takes no lock.
_RECORD = "record"
#: It hands a command to the graphics driver. The driver may take locks of its own, but who holds one does not
#: wait for Python: no driver calls Python. (An OpenGL that draws in software may draw in the middle of it.)
_DRIVER = "driver"

#: The reason why each of them is a leaf.
LEAVES: dict[str, str] = {
    "obs_filter_get_target": _FIELD,
    "obs_filter_get_parent": _FIELD,
    "obs_source_get_output_flags": _FIELD,
    "obs_source_get_unversioned_id": _FIELD,
    "obs_source_enabled": _FIELD,
    "obs_source_removed": _FIELD,
    "obs_in_task_thread": _FIELD,
    "obs_get_frame_interval_ns": _FIELD,
    "obs_get_total_frames": _FIELD,
    "obs_get_lagged_frames": _FIELD,
    "obs_weak_source_get_source": _ATOMIC,
    # Render targets. A target of a new size makes a texture of the driver's.
    "gs_texrender_reset": _FIELD,
    "gs_texrender_get_texture": _FIELD,
    "gs_texrender_begin_with_color_space": _DRIVER,
    "gs_texrender_end": _DRIVER,
    # A copy is begun here and read a frame later, when the GPU has finished with it. (An OpenGL that draws in
    # software draws everything before it copies.)
    "gs_stage_texture": _DRIVER,
    "gs_stagesurface_map": _DRIVER,
    "gs_stagesurface_unmap": _DRIVER,
    "gs_texture_set_image": _DRIVER,
    # Effects. A value is copied into the effect; the loop hands all of them to the driver.
    "gs_effect_set_texture": _RECORD,
    "gs_effect_set_texture_srgb": _RECORD,
    "gs_effect_set_vec4": _RECORD,
    "gs_effect_loop": _DRIVER,
    # State and drawing.
    "gs_draw_sprite": _DRIVER,
    "gs_clear": _DRIVER,
    "gs_ortho": _RECORD,
    "gs_matrix_push": _RECORD,
    "gs_matrix_pop": _RECORD,
    "gs_matrix_translate3f": _RECORD,
    "gs_matrix_scale3f": _RECORD,
    "gs_blend_state_push": _RECORD,
    "gs_blend_state_pop": _DRIVER,
    "gs_enable_blending": _DRIVER,
    "gs_blend_function": _DRIVER,
    "gs_blend_function_separate": _DRIVER,
    "gs_enable_framebuffer_srgb": _DRIVER,
    "gs_framebuffer_srgb_enabled": _DRIVER,
    "gs_get_linear_srgb": _FIELD,
    "gs_set_linear_srgb": _FIELD,
    "gs_get_color_space": _DRIVER,
}

#: Those about what is drawn that change nothing.
ASKING = frozenset(
    {"gs_texrender_get_texture", "gs_framebuffer_srgb_enabled", "gs_get_linear_srgb", "gs_get_color_space"}
)
