# SPDX-License-Identifier: GPL-2.0-or-later
"""Data classes out of JSON that somebody else wrote: each field is there and of its type, or it is refused.

Standard library only: used by the Python inside OBS, by the worker and by install.py.
"""

from __future__ import annotations

import dataclasses
import functools
import sys
import types
import typing
from typing import Any, TypeVar

_Kind = TypeVar("_Kind")


def record(kind: type[_Kind], value: object) -> _Kind:
    """Return an object of a data class, its fields taken from a dict (as the json module makes one).

    The fields may be int (of 64 bits), float (finite; an int becomes one), bool, str (of UTF-8), None, tuples
    of one type, data classes of such fields, and unions of these. A field that is missing takes its default.
    Keys that are no fields are left out: a newer version may say more. Raises ValueError.
    """
    if not isinstance(value, dict):
        raise ValueError(f"{kind.__name__} is {type(value).__name__}, not an object")
    given: dict[str, Any] = {}
    hints = _hints(typing.cast("Any", kind))
    for field in dataclasses.fields(typing.cast("Any", kind)):
        where = f"{kind.__name__}.{field.name}"
        if field.name in value:
            given[field.name] = _checked(value[field.name], hints[field.name], where)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ValueError(f"{where} is missing")
    return kind(**given)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _checked(value: object, hint: Any, where: str) -> object:  # noqa: ANN401 (types of any kind)
    """Return the value as the type that a field is declared with; raise ValueError if it is another."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        (kept,) = (argument for argument in arguments if argument is not type(None))
        return _checked(value, kept, where)
    if origin is tuple and isinstance(value, list):
        return tuple(_checked(entry, arguments[0], where) for entry in value)
    if dataclasses.is_dataclass(hint):
        return record(typing.cast("type", hint), value)
    # A bool is an int to Python, but not to JSON.
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        if not abs(value) <= sys.float_info.max:
            raise ValueError(f"{where} is no number, or too large")
        return float(value)
    if hint is int and type(value) is int and not -(1 << 63) <= value < 1 << 63:
        raise ValueError(f"{where} is too large")
    if hint is str and isinstance(value, str) and any("\ud800" <= one <= "\udfff" for one in value):
        raise ValueError(f"{where} is no text")
    # A sentence that knows its English is a str, too.
    if (hint is str and isinstance(value, str)) or (hint in (int, bool) and type(value) is hint):
        return value
    raise ValueError(f"{where} is {type(value).__name__}")
