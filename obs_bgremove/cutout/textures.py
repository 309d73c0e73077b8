# SPDX-License-Identifier: GPL-2.0-or-later
"""Textures and how a GPU reads and writes them: bilinear, clamped at the edge, sRGB decoded and encoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..obs.structs import (
    FORMAT_BGRA,
    FORMAT_R8,
    FORMAT_R16,
    FORMAT_RGBA,
    FORMAT_RGBA16,
    FORMAT_RGBA16F,
    FORMAT_RGBA32F,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Values = NDArray[np.float32]
    Numbers = NDArray[np.int32]

#: Components and dtype of a format. The components lie in the order r, g, b, a, also those of BGRA.
_FORMATS: dict[int, tuple[int, Any]] = {
    FORMAT_R8: (1, np.uint8),
    FORMAT_RGBA: (4, np.uint8),
    FORMAT_BGRA: (4, np.uint8),
    # Nearly: whole numbers of 16 bits. They hold only what lies between 0 and 1.
    FORMAT_R16: (1, np.float32),
    FORMAT_RGBA16: (4, np.float32),
    FORMAT_RGBA16F: (4, np.float16),
    FORMAT_RGBA32F: (4, np.float32),
}
#: Values that are decoded and encoded; alpha never is.
_COLORS = 3
#: A GPU weights texels in this many steps.
_BITS = 8
_STEPS = 1 << _BITS


def decoded(value: Values) -> Values:
    """Decode sRGB-encoded values, 0 to 1 (IEC 61966-2-1)."""
    made: Values = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return made.astype(np.float32)


def encoded(value: Values) -> Values:
    """Encode linear values, 0 to 1, as sRGB."""
    made: Values = np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)
    return made.astype(np.float32)


_BYTES = np.linspace(0, 1, 256, dtype=np.float32)
_DECODED = decoded(_BYTES)
#: The encoded bytes of linear values in 65536 steps: a power for each pixel takes longer than all the rest.
_ENCODED = np.rint(encoded(np.linspace(0, 1, 65536, dtype=np.float32)) * 255).astype(np.uint8)


def premultiply(planes: Bytes) -> None:
    """Multiply sRGB-encoded colours with the alpha in linear light; ``planes``: uint8 [4, H, W], in place."""
    if planes[3].min() == 255:
        return
    alpha = _BYTES[planes[3]]
    for plane in planes[:_COLORS]:
        plane[...] = encoded_bytes(_DECODED[plane] * alpha)


def encoded_bytes(light: Values) -> Bytes:
    """Encode linear values, 0 to 1, as bytes of sRGB."""
    return _ENCODED[(light * 65535 + 0.5).astype(np.uint16)]


class Texture:
    """Pixels: ``planes`` is [components, H, W], uint8, float16 or float32."""

    def __init__(self, width: int, height: int, color_format: int) -> None:
        components, dtype = _FORMATS[color_format]
        self.planes = np.zeros((components, height, width), dtype)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.planes.shape[2], self.planes.shape[1]

    def write(self, first_row: int, values: Values, encode: bool) -> None:
        """Replace rows by what a shader returned for their pixels (float32 [4, N])."""
        components, _height, width = self.planes.shape
        rows = values.shape[1] // width
        for component in range(components):
            plane = self.planes[component, first_row : first_row + rows]
            value = values[component]
            if self.planes.dtype != np.uint8:
                plane[...] = value.reshape(rows, width)
                continue
            # What is no number becomes 0, as on most GPUs.
            value = np.minimum(np.maximum(np.nan_to_num(value), 0.0), 1.0)
            if encode and components > 1 and component < _COLORS:
                byte = encoded_bytes(value)
            else:
                byte = (value * 255 + 0.5).astype(np.uint8)
            plane[...] = byte.reshape(rows, width)


class Sampled(NamedTuple):
    """A texture as a shader reads it; ``decode``: whether its colours are decoded from sRGB."""

    texture: Texture
    decode: bool

    def at(self, place: Values, components: Sequence[int], kind: str) -> Values:
        """Return components at texture coordinates (float32 [2, N]) as float32 [components, N].

        ``kind``: "linear", or "point" for the nearest texel.
        """
        width, height = self.texture.size
        x = np.minimum(np.maximum(place[0] * width - 0.5, 0), width - 1)
        y = np.minimum(np.maximum(place[1] * height - 0.5, 0), height - 1)
        near_x, near_y = np.rint(x), np.rint(y)
        if kind == "point" or (_all_near(x, near_x) and _all_near(y, near_y)):
            return self._values(_numbers(near_x, near_y, width), components)
        left, top = np.floor(x), np.floor(y)
        across, down = x - left, y - top
        where = _numbers(left, top, width)
        # On the last column and row the next texel is the same one.
        right = (left < width - 1).astype(np.int32)
        below = (top < height - 1).astype(np.int32) * width
        corners = where, where + right, where + below, where + right + below
        made = np.empty((len(components), where.size), np.float32)
        for target, component in zip(made, components):
            if component >= len(self.texture.planes):
                target[...] = _missing(component)
            elif self._is_decoded(component) or self.texture.planes.dtype != np.uint8:
                one, two, three, four = (self._values(corner, [component])[0] for corner in corners)
                upper, lower = one + (two - one) * across, three + (four - three) * across
                target[...] = upper + (lower - upper) * down
            else:
                texels = self.texture.planes[component].reshape(-1)
                mean = _mean_of_bytes([texels[corner] for corner in corners], across, down)
                np.multiply(mean, np.float32(1 / 255), out=target)
        return made

    def _is_decoded(self, component: int) -> bool:
        return self.decode and len(self.texture.planes) > 1 and component < _COLORS

    def _values(self, where: Numbers, components: Sequence[int]) -> Values:
        """Return components of texels by their numbers: float32 [components, N]."""
        planes = self.texture.planes
        made = np.empty((len(components), where.size), np.float32)
        # Where texel follows texel, as in a picture that is drawn at its own size, they are copied at once.
        first, last = int(where[0]), int(where[-1])
        in_a_row = last - first == where.size - 1 and bool((where[1:] > where[:-1]).all())
        part: Any = slice(first, last + 1) if in_a_row else where
        for target, component in zip(made, components):
            if component >= len(planes):
                target[...] = _missing(component)
                continue
            texels = planes[component].reshape(-1)[part]
            if planes.dtype != np.uint8:
                target[...] = texels
            elif self._is_decoded(component):
                _DECODED.take(texels, out=target, mode="clip")
            else:
                np.multiply(texels, np.float32(1 / 255), out=target)
        return made


def _all_near(value: Values, near: Values) -> bool:
    return bool(np.abs(value - near).max() < 0.5 / _STEPS)


def _numbers(x: Values, y: Values, width: int) -> Numbers:
    return y.astype(np.int32) * width + x.astype(np.int32)


def _mean_of_bytes(texels: list[Bytes], across: Values, down: Values) -> Numbers:
    """Return the weighted mean of four texels: upper left, upper right, lower left, lower right.

    Weights have eight bits, and each mean of two bytes is a byte again, as in Mesa's software renderer. A
    network sees what is sampled so, and what it remembers grows with the smallest difference.
    """
    right = np.rint(across * _STEPS).astype(np.int32)
    below = np.rint(down * _STEPS).astype(np.int32)

    def mixed(one: Numbers, other: Numbers, weight: Numbers) -> Numbers:
        return one + (((other - one) * weight + _STEPS // 2) >> _BITS)

    one, two, three, four = (texel.astype(np.int32) for texel in texels)
    return mixed(mixed(one, two, right), mixed(three, four, right), below)


def _missing(component: int) -> float:
    """Return what a texture of fewer components has in its place."""
    return 1.0 if component == _COLORS else 0.0
