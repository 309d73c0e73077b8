# SPDX-License-Identifier: GPL-2.0-or-later
"""OBS' graphics without OBS: what the filter's passes call, computed with numpy.

So files go through the very same code as in OBS: ``filter/passes`` draws, and the shaders are translated
(shader_code.py). Nothing is blended here: what a pass draws replaces what was there, as it does in the filter
except on OBS' own target, and there is none.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..filter.passes.techniques import WITH_CLEANING, WITH_EDGE
from ..obs.functions import TABLE, lib
from ..obs.structs import SPACE_SRGB
from .shader_code import Program, ShaderProblem, translate
from .shader_functions import Pixels
from .textures import Sampled, Texture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Values = NDArray[np.float32]

#: About this many pixels are computed at a time: their values stay in a processor's cache.
_AT_A_TIME = 1 << 15
#: Techniques that differ from another, much quicker one only where an alpha is neither 0 nor 1.
_PLAIN = {
    edge.decode(): plain.decode() for variant in (WITH_EDGE, WITH_CLEANING) for plain, edge in variant.items()
}


class _Target:
    """A render target: a texture that gets its size when it is drawn into."""

    def __init__(self, color_format: int) -> None:
        self.format = color_format
        self.texture = 0


class _Uniform:
    def __init__(self, program: Program, name: str) -> None:
        self.program = program
        self.name = name


class SoftwareGpu:
    """The functions of libobs by their own names; objects are handed out as numbers, as libobs does."""

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._last = 0
        self._target: Texture | None = None
        self._encode = False
        self._drawing: tuple[Program, str] | None = None
        self._threads = ThreadPoolExecutor(os.cpu_count())

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Have ``lib`` lead here inside the ``with``; what is not known here does nothing."""
        before = dict(lib.__dict__)
        lib.__dict__.update({row[0]: self._function(row[0]) for row in TABLE if row[0].startswith("gs_")})
        try:
            yield
        finally:
            lib.__dict__.clear()
            lib.__dict__.update(before)
            self._threads.shutdown()

    def _function(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self, name, _nothing)
        return found

    def texture(self, handle: int) -> Texture:
        """Return the texture of a handle."""
        found: Texture = self._objects[handle]
        return found

    def _keep(self, made: object) -> int:
        self._last += 1
        self._objects[self._last] = made
        return self._last

    # --- render targets and textures ---------------------------------------------------------

    def gs_texrender_create(self, color_format: int, _depth: int) -> int:
        return self._keep(_Target(color_format))

    def gs_texrender_destroy(self, handle: int) -> None:
        self._objects.pop(self._objects.pop(handle).texture, None)

    def gs_texrender_begin_with_color_space(self, handle: int, width: int, height: int, _space: int) -> bool:
        target = self._objects[handle]
        if not target.texture or self.texture(target.texture).size != (width, height):
            self._objects.pop(target.texture, None)
            target.texture = self._keep(Texture(width, height, target.format))
        self._target = self.texture(target.texture)
        return True

    def gs_texrender_end(self, _handle: int) -> None:
        self._target = None

    def gs_texrender_get_texture(self, handle: int) -> int:
        texture: int = self._objects[handle].texture
        return texture

    def gs_clear(self, *_how: object) -> None:
        if self._target:
            self._target.planes[...] = 0

    def gs_texture_create(self, width: int, height: int, color_format: int, *_more: object) -> int:
        return self._keep(Texture(width, height, color_format))

    def gs_texture_destroy(self, handle: int) -> None:
        del self._objects[handle]

    def gs_texture_set_image(self, handle: int, address: int, linesize: int, _flip: bool) -> None:
        planes = self.texture(handle).planes
        rows = (ctypes.c_uint8 * (linesize * planes.shape[1])).from_address(address)
        planes[0] = np.frombuffer(rows, np.uint8).reshape(-1, linesize)[:, : planes.shape[2]]

    # --- effects -----------------------------------------------------------------------------

    def gs_effect_create_from_file(self, path: bytes, _error: object) -> int:
        return self._keep(translate(Path(os.fsdecode(path))))

    def gs_effect_destroy(self, handle: int) -> None:
        del self._objects[handle]

    def gs_effect_get_param_by_name(self, handle: int, name: bytes) -> int:
        program: Program = self._objects[handle]
        text = name.decode()
        return self._keep(_Uniform(program, text)) if text in program.uniforms else 0

    def gs_effect_set_texture(self, handle: int, texture: int) -> None:
        uniform = self._objects[handle]
        uniform.program.values[uniform.name] = Sampled(self.texture(texture), decode=False)

    def gs_effect_set_texture_srgb(self, handle: int, texture: int) -> None:
        uniform = self._objects[handle]
        uniform.program.values[uniform.name] = Sampled(self.texture(texture), decode=True)

    def gs_effect_set_vec4(self, handle: int, value: Any) -> None:  # noqa: ANN401 (a reference of ctypes)
        uniform, four = self._objects[handle], value._obj
        values = np.array([[four.x], [four.y], [four.z], [four.w]], np.float32)
        uniform.program.values[uniform.name] = values

    def gs_effect_loop(self, handle: int, technique: bytes) -> bool:
        """Begin a technique; the second time, end it."""
        if self._drawing:
            self._drawing = None
            return False
        self._drawing = self._objects[handle], technique.decode()
        return True

    # --- drawing -----------------------------------------------------------------------------

    def gs_enable_framebuffer_srgb(self, enabled: bool) -> None:
        self._encode = enabled

    def gs_framebuffer_srgb_enabled(self) -> bool:
        return self._encode

    def gs_get_linear_srgb(self) -> bool:
        """Return that nobody blends what is drawn in linear light."""
        return False

    def gs_get_color_space(self) -> int:
        return SPACE_SRGB

    def gs_draw_sprite(self, _texture: None, _flip: int, width: int, height: int) -> None:
        """Draw the technique over all of the target; without a target nothing is to be drawn."""
        target = self._target
        if target is None or self._drawing is None:
            return
        if target.size != (width, height):
            raise ShaderProblem(f"{width}x{height} pixels do not fill a target of {target.size}")
        program, technique = self._drawing

        def draw(first_row: int) -> None:
            rows = min(step, height - first_row)
            values = _shade(program, technique, _places(width, height, first_row, rows))
            target.write(first_row, values, self._encode)

        step = max(_AT_A_TIME // width, 1)
        with np.errstate(all="ignore"):
            list(self._threads.map(draw, range(0, height, step)))


def _shade(program: Program, technique: str, places: Values) -> Values:
    """Return a technique's values (float32 [4, N]) at texture coordinates (float32 [2, N])."""
    shader = program.techniques[technique]
    plain = _PLAIN.get(technique)
    if plain is None:
        return np.array(np.broadcast_to(shader(Pixels(places)), (4, places.shape[1])))
    values = _shade(program, plain, places)
    alpha = program.functions["alpha_at"](places)
    soft = np.flatnonzero((alpha > 0) & (alpha < 1))
    if soft.size:
        values[:, soft] = shader(Pixels(places[:, soft]))
    return values


def _places(width: int, height: int, first_row: int, rows: int) -> Values:
    """Return the texture coordinates of the middles of pixels in some rows: float32 [2, rows * width]."""
    made = np.empty((2, rows, width), np.float32)
    made[0] = (np.arange(width, dtype=np.float32) + np.float32(0.5)) / np.float32(width)
    column = np.arange(first_row, first_row + rows, dtype=np.float32) + np.float32(0.5)
    made[1] = (column / np.float32(height))[:, None]
    return made.reshape(2, -1)


def _nothing(*_arguments: object) -> None:
    """Stand for a function that has nothing to do here: blending, matrices, the size of the view."""
