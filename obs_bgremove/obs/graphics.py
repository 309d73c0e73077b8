# SPDX-License-Identifier: GPL-2.0-or-later
"""Owners of GPU objects: one Python object has one handle and frees it.

Everything here is called with OBS' graphics context entered: in a render callback, or
between ``entered()``, unless it says otherwise. ``free`` may be called twice.
"""

from __future__ import annotations

import contextlib
import ctypes
from ctypes import POINTER, byref, c_uint8, c_uint32, c_void_p
from typing import TYPE_CHECKING

from .functions import lib
from .library import ObsError
from .structs import CLEAR_COLOR, FORMAT_R8, SPACE_SRGB, TEXTURE_DYNAMIC, Vec4

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath


@contextlib.contextmanager
def entered() -> Iterator[None]:
    """Hold OBS' graphics context. It waits for the graphics thread, so never call it on that thread."""
    lib.obs_enter_graphics()
    try:
        yield
    finally:
        lib.obs_leave_graphics()


def vec4(x: float, y: float, z: float, w: float) -> Vec4:
    """Return four floats at a 16-byte boundary, where libobs' SSE code may read them."""
    room = ctypes.create_string_buffer(ctypes.sizeof(Vec4) + 16)
    value = Vec4.from_buffer(room, -ctypes.addressof(room) % 16)
    value.x, value.y, value.z, value.w = x, y, z, w
    return value


_TRANSPARENT = vec4(0, 0, 0, 0)


class Drawing:
    """A drawing into a render target, which was begun: for a ``with``, at whose end it ends."""

    # Like those below it is no generator: in each frame such a context manager is entered ten times.
    __slots__ = ("_target",)

    def __init__(self, target: int | None) -> None:
        """``target`` is the handle of the render target."""
        self._target = target

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        lib.gs_texrender_end(self._target)


class RenderTarget:
    """A texture that can be drawn into (``gs_texrender``); it takes the size of each drawing."""

    #: How many textures were made or freed by now, of all targets: grows when a target changes its texture.
    changes = 0

    def __init__(self, color_format: int) -> None:
        self._format = color_format
        self.handle: int | None = lib.gs_texrender_create(color_format, 0)
        self.width = self.height = 0
        #: The handle of the texture with what was drawn last; 0 before the first drawing.
        self.texture = 0

    def drawing(
        self, width: int, height: int, space: int = SPACE_SRGB, color: Vec4 = _TRANSPARENT
    ) -> Drawing:
        """Draw into it in the ``with``: cleared to a colour, one unit is one pixel, (0, 0) is top left.

        ``space`` is the colour space that sources are to draw themselves in. ``color`` is of ``vec4``; it is
        written as it is, in ``LinearLight`` encoded.

        Raises ObsError if the GPU cannot make a texture of that size.
        """
        self._begin(width, height, space)
        lib.gs_clear(CLEAR_COLOR, byref(color), 0.0, 0)
        return Drawing(self.handle)

    def fill(self, effect: Effect, technique: bytes, width: int, height: int) -> int:
        """Replace all of it by what a technique draws with the uniforms set before; return the texture.

        Call it inside ``Replacing``. Raises ObsError if the GPU cannot make a texture of that size.
        """
        self._begin(width, height, SPACE_SRGB)
        try:
            effect.draw(technique, width, height)
        finally:
            lib.gs_texrender_end(self.handle)
        return self.texture

    def _begin(self, width: int, height: int, space: int) -> None:
        lib.gs_texrender_reset(self.handle)
        if not lib.gs_texrender_begin_with_color_space(self.handle, width, height, space):
            # libobs has noted the new size without a texture of it, and would not try again.
            self.free()
            self.handle = lib.gs_texrender_create(self._format, 0)
            raise ObsError(f"the GPU refused a render target of {width}x{height} pixels")
        if (width, height) != (self.width, self.height):
            RenderTarget.changes += 1
            self.width, self.height = width, height
            self.texture = lib.gs_texrender_get_texture(self.handle) or 0
        lib.gs_ortho(0.0, width, 0.0, height, -100.0, 100.0)

    def free(self) -> None:
        """Free the GPU object."""
        if self.handle:
            RenderTarget.changes += 1
            lib.gs_texrender_destroy(self.handle)
            self.handle = None
            self.width = self.height = self.texture = 0


class StagingSurface:
    """A surface that the CPU can read (``gs_stagesurf``), of fixed size and format."""

    def __init__(self, width: int, height: int, color_format: int) -> None:
        self.width, self.height = width, height
        self.handle: int | None = lib.gs_stagesurface_create(width, height, color_format)
        self._data = POINTER(c_uint8)()
        self._linesize = c_uint32()
        self._rows = byref(self._data), byref(self._linesize)

    def stage(self, texture: int) -> None:
        """Start the copy of a texture of the same size and format."""
        lib.gs_stage_texture(self.handle, texture)

    def __enter__(self) -> tuple[int, int]:
        """Map it for the ``with``: give (address, bytes per row) of the rows."""
        if not lib.gs_stagesurface_map(self.handle, *self._rows):
            raise ObsError("the GPU did not let the staging surface be read")
        # Not by ctypes.cast, which makes a cycle of references each time.
        return ctypes.addressof(self._data.contents), self._linesize.value

    def __exit__(self, *_: object) -> None:
        lib.gs_stagesurface_unmap(self.handle)

    def free(self) -> None:
        """Free the GPU object."""
        if self.handle:
            lib.gs_stagesurface_destroy(self.handle)
            self.handle = None


class DynamicTexture:
    """A texture that is filled from memory (``gs_texture`` with GS_DYNAMIC), one byte a pixel."""

    def __init__(self, width: int, height: int, color_format: int) -> None:
        self.width, self.height = width, height
        self.texture: int = lib.gs_texture_create(width, height, color_format, 1, None, TEXTURE_DYNAMIC)

    def fill(self, address: int) -> None:
        """Upload height x width contiguous bytes at that address."""
        lib.gs_texture_set_image(self.texture, address, self.width, False)

    def free(self) -> None:
        """Free the GPU object."""
        if self.texture:
            lib.gs_texture_destroy(self.texture)
            self.texture = 0


def can_be_texture(width: int, height: int) -> bool:
    """Return whether the graphics card has textures as wide and as high (graphics context not entered)."""
    with entered():
        try:
            for size in ((width, 1), (1, height)):
                DynamicTexture(*size, FORMAT_R8).free()
        except ObsError:
            return False
    return True


class Effect:
    """A compiled .effect file. ``effect["name"]`` is the handle of a uniform."""

    def __init__(self, path: PurePath) -> None:
        error = c_void_p()
        # OBS finds what a file includes by the last "/" of its path: with Windows' own it finds nothing.
        self.handle: int | None = lib.gs_effect_create_from_file(path.as_posix().encode(), byref(error))
        if not self.handle:
            reason = ctypes.string_at(error.value).decode(errors="replace") if error.value else "unknown"
            if error.value:
                lib.bfree(error)
            raise ObsError(f"the effect {path.name} does not compile: {reason.strip()}")
        self._uniforms: dict[str, int] = {}

    def __getitem__(self, uniform: str) -> int:
        found = self._uniforms.get(uniform)
        if found is None:
            found = lib.gs_effect_get_param_by_name(self.handle, uniform.encode())
            if not found:
                raise ObsError(f"the effect has no uniform {uniform}")
            self._uniforms[uniform] = found
        return found

    def draw(self, technique: bytes, width: int, height: int) -> None:
        """Draw a rectangle from (0, 0) with the uniforms set before."""
        loop = lib.gs_effect_loop
        while loop(self.handle, technique):
            lib.gs_draw_sprite(None, 0, width, height)

    def free(self) -> None:
        """Free the GPU object."""
        if self.handle:
            lib.gs_effect_destroy(self.handle)
            self.handle = None


class Blending:
    """Blends, inside the ``with``, what is drawn with what was there. One is used again and again."""

    __slots__ = ("_function",)

    def __init__(self, *function: int) -> None:
        """``function`` is (source, destination) or (source, destination, source alpha, destination alpha).

        Without any, what is drawn replaces what was there.
        """
        self._function = function

    def __enter__(self) -> None:
        function = self._function
        lib.gs_blend_state_push()
        # It is off while OBS converts what we draw to another colour space.
        lib.gs_enable_blending(bool(function))
        if len(function) == 2:
            lib.gs_blend_function(*function)
        elif function:
            lib.gs_blend_function_separate(*function)

    def __exit__(self, *_: object) -> None:
        lib.gs_blend_state_pop()


#: Without any blending.
REPLACE = Blending()


class LinearLight:
    """Inside the ``with``, writes sRGB-encoded values of linear colours, or (False) values as they are."""

    __slots__ = ("_before", "_enabled")

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled

    def __enter__(self) -> None:
        self._before = lib.gs_framebuffer_srgb_enabled()
        lib.gs_enable_framebuffer_srgb(self._enabled)

    def __exit__(self, *_: object) -> None:
        lib.gs_enable_framebuffer_srgb(self._before)


class Replacing(LinearLight):
    """Inside the ``with``, replaces what was there by values as they are: no blending, no sRGB encoding."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(enabled=False)

    def __enter__(self) -> None:
        REPLACE.__enter__()
        super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        REPLACE.__exit__()
