# SPDX-License-Identifier: GPL-2.0-or-later
"""What translated shaders call: the functions of the shading language, on numpy arrays.

A float is float32 [N] or a number of Python's, a vector of k floats is float32 [k, N]; N may be 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .textures import Sampled

    Values = NDArray[np.float32]
    #: A float of a shader, or a vector.
    Value = Values | float | int


class Pixels:
    """What the vertex shader hands over: ``uv`` float32 [2, N], the texture coordinates of N pixels."""

    def __init__(self, uv: Values) -> None:
        self.uv = uv


def sampled(texture: Sampled, kind: str, place: Values, components: int | Sequence[int]) -> Values:
    """Return components of a texture at texture coordinates, float32 [2, N]."""
    if isinstance(components, int):
        (only,) = texture.at(place, (components,), kind)
        return np.asarray(only, np.float32)
    return texture.at(place, components, kind)


def vector(*parts: Value) -> Values:
    """Join floats and vectors to a vector."""
    rows: list[Any] = []
    for part in parts:
        array = np.asarray(part, np.float32)
        rows += list(array) if array.ndim == 2 else [array]
    made = np.empty((len(rows), max(row.size for row in rows)), np.float32)
    for target, row in zip(made, rows):
        target[...] = row
    return made


def zeros(kind: str) -> Value:
    """Return what a variable of a type is before it gets a value."""
    return np.zeros((int(kind[-1]), 1), np.float32) if kind[-1].isdigit() else 0.0


def replaced(old: Values, places: int | list[int], value: Value) -> Values:
    """Return a vector with some of its components replaced."""
    size = max(old.shape[-1], np.shape(value)[-1] if np.ndim(value) else 1)
    made = np.array(np.broadcast_to(old, (old.shape[0], size)))
    made[places] = value
    return np.asarray(made, np.float32)


def chosen(condition: Any, yes: Value, no: Value) -> Value:  # noqa: ANN401 (bool or an array of them)
    """Return one value or the other, pixel by pixel."""
    if isinstance(condition, (bool, np.bool_)):
        return yes if condition else no
    made: Values = np.where(condition, np.asarray(yes, np.float32), np.asarray(no, np.float32))
    return made


def same_for_all(condition: Any) -> bool:  # noqa: ANN401 (bool or an array of them)
    """Return a condition that is the same for all pixels; ValueError if it is not."""
    first = bool(np.ravel(condition)[0])
    if np.any(condition != first):
        raise ValueError("a shader branches by a value that differs from pixel to pixel")
    return first


def looped(
    goes_on: Callable[..., Any], one_round: Callable[..., tuple[Any, ...]], values: tuple[Any, ...]
) -> tuple[Any, ...]:
    """Return the variables after a loop: ``one_round`` takes and returns them, while ``goes_on``.

    Where some pixels go on and others do not, only those are computed that do.
    """
    while True:
        going = goes_on(*values)
        # Nearly always a bool of Python's, or an array of one value: that has to be quick.
        if going.all() if isinstance(going, np.ndarray) else going:
            values = one_round(*values)
            continue
        if not (isinstance(going, np.ndarray) and going.any()):
            return values
        where = np.flatnonzero(going)
        some = tuple(_taken(value, where) for value in values)
        after = looped(goes_on, one_round, some)
        return tuple(
            old if new is before else _merged(old, new, where, going.size)
            for old, before, new in zip(values, some, after)
        )


def _taken(value: Any, where: Any) -> Any:  # noqa: ANN401 (Value or Pixels)
    """Return a variable for some of the pixels."""
    if isinstance(value, Pixels):
        return Pixels(value.uv[:, where])
    return value if np.size(value) == 1 or value.shape[-1] == 1 else value[..., where]


def _merged(old: Value, new: Value, where: Any, count: int) -> Values:  # noqa: ANN401 (indices)
    """Return a variable of ``count`` pixels with other values for some of them."""
    made = np.array(np.broadcast_to(np.asarray(old, np.float32), (*np.shape(old)[:-1], count)))
    made[..., where] = new
    return made


def float_of(value: Value) -> Value:
    """Convert to a float."""
    return float(value) if isinstance(value, (int, float)) else value


def int_of(value: Value) -> Value:
    """Convert to a whole number, towards zero."""
    return int(value) if isinstance(value, (int, float)) else np.trunc(value)


def _function(compute: Callable[..., Any]) -> Callable[..., Value]:
    """Return a function of numpy's that answers numbers of Python's with one: they take any array's dtype."""

    def call(*values: Value) -> Value:
        result: Any = compute(*values)
        return float(result) if np.ndim(result) == 0 else result

    return call


shader_abs = _function(np.abs)
shader_ceil = _function(np.ceil)
shader_cos = _function(np.cos)
shader_exp = _function(np.exp)
shader_exp2 = _function(np.exp2)
shader_floor = _function(np.floor)
shader_log = _function(np.log)
shader_log2 = _function(np.log2)
shader_max = _function(np.maximum)
shader_min = _function(np.minimum)
shader_pow = _function(np.power)
shader_round = _function(np.rint)
shader_sign = _function(np.sign)
shader_sin = _function(np.sin)
shader_sqrt = _function(np.sqrt)
shader_tan = _function(np.tan)
shader_atan2 = _function(np.arctan2)


def shader_clamp(value: Value, low: Value, high: Value) -> Value:
    """Limit to a range."""
    return shader_min(shader_max(value, low), high)


def shader_saturate(value: Value) -> Value:
    """Limit to 0..1."""
    return shader_clamp(value, 0.0, 1.0)


def shader_frac(value: Value) -> Value:
    """Return what is behind the point."""
    return value - shader_floor(value)


def shader_fmod(value: Value, by: Value) -> Value:
    """Return the rest of a division, with the sign of what is divided."""
    return _function(np.fmod)(value, by)


def shader_lerp(low: Value, high: Value, share: Value) -> Value:
    """Mix two values."""
    return low + (high - low) * share


def shader_step(edge: Value, value: Value) -> Value:
    """Return 1 from an edge on, 0 below it."""
    return chosen(np.greater_equal(value, edge), 1.0, 0.0)


def shader_smoothstep(low: Value, high: Value, value: Value) -> Value:
    """Return a soft step from 0 to 1."""
    share = shader_saturate(np.divide(value - low, high - low, dtype=np.float32))
    return share * share * (3.0 - 2.0 * share)


def shader_dot(one: Values, other: Values) -> Values:
    """Return the scalar product of two vectors."""
    made: Values = one[0] * other[0]
    for left, right in zip(one[1:], other[1:]):
        made = made + left * right
    return made


def shader_length(value: Values) -> Value:
    """Return the length of a vector."""
    return shader_sqrt(shader_dot(value, value))


def shader_distance(one: Values, other: Values) -> Value:
    """Return the distance of two points."""
    return shader_length(one - other)


def shader_normalize(value: Values) -> Values:
    """Return a vector of length one."""
    return value / shader_length(value)
