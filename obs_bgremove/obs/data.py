# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads and writes OBS' settings objects (``obs_data``)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TypeAlias

from ..json_text import read_text, write_text
from .functions import lib
from .utf8 import utf8

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Value: TypeAlias = "str | int | float | bool"


def read(data: int, name: str, like: Value) -> Value:
    """Return a setting, as a value of the same type as ``like``."""
    key = name.encode()
    if isinstance(like, str):
        text: bytes = lib.obs_data_get_string(data, key) or b""
        return text.decode(errors="replace")
    if isinstance(like, bool):
        return bool(lib.obs_data_get_bool(data, key))
    if isinstance(like, float):
        return float(lib.obs_data_get_double(data, key))
    return int(lib.obs_data_get_int(data, key))


def write_default(data: int, name: str, value: Value) -> None:
    """Set the value that a setting has while the user has not chosen one."""
    key = name.encode()
    if isinstance(value, str):
        lib.obs_data_set_default_string(data, key, value.encode())
    elif isinstance(value, bool):
        lib.obs_data_set_default_bool(data, key, value)
    elif isinstance(value, float):
        lib.obs_data_set_default_double(data, key, value)
    else:
        lib.obs_data_set_default_int(data, key, value)


def write(data: int, values: Mapping[str, Value]) -> None:
    """Set settings."""
    for name, value in values.items():
        key = name.encode()
        if isinstance(value, bool):
            lib.obs_data_set_bool(data, key, value)
        elif isinstance(value, str):
            lib.obs_data_set_string(data, key, utf8(value))
        elif isinstance(value, float):
            lib.obs_data_set_double(data, key, value)
        else:
            lib.obs_data_set_int(data, key, value)


def change_text(data: int, name: str, text: str) -> bool:
    """Set a text, unless it is so already; return whether it was another one."""
    if read(data, name, "") == text:
        return False
    write(data, {name: text})
    return True


@contextlib.contextmanager
def created(values: Mapping[str, Value]) -> Iterator[int]:
    """Give a new settings object with these values, released at the end."""
    data = lib.obs_data_create()
    try:
        write(data, values)
        yield data
    finally:
        lib.obs_data_release(data)


@contextlib.contextmanager
def copied(data: int) -> Iterator[int]:
    """Give a copy of what the user chose in a settings object (not of its defaults), released at the end.

    OBS does not lock the settings of a source, and other threads change them. One call that copies all of
    them is much shorter than a call for each.
    """
    with created({}) as copy:
        lib.obs_data_apply(copy, data)
        yield copy


@contextlib.contextmanager
def of_source(source: int) -> Iterator[int]:
    """Give the settings object of a source, released at the end."""
    data = lib.obs_source_get_settings(source)
    try:
        yield data
    finally:
        lib.obs_data_release(data)


@contextlib.contextmanager
def private_of(source: int) -> Iterator[int]:
    """Give the settings object that OBS saves with a source and never shows, released at the end."""
    data = lib.obs_source_get_private_settings(source)
    try:
        yield data
    finally:
        lib.obs_data_release(data)


def write_list(data: int, name: str, items: Sequence[Mapping[str, Value]]) -> None:
    """Set a list of objects."""
    array = lib.obs_data_array_create()
    try:
        for item in items:
            with created(item) as entry:
                lib.obs_data_array_push_back(array, entry)
        lib.obs_data_set_array(data, name.encode(), array)
    finally:
        lib.obs_data_array_release(array)


def read_json(data: int) -> Any | None:  # noqa: ANN401 (what is in it decides)
    """Return all of a settings object as the json module would; None if it is not to be read."""
    text: bytes = lib.obs_data_get_json(data) or b""
    try:
        return read_text(text.decode())
    except (ValueError, RecursionError):
        return None


def write_json_list(data: int, name: str, items: Sequence[object]) -> None:
    """Set a list of objects, which may have objects inside them."""
    made = lib.obs_data_create_from_json(write_text({name: list(items)}).encode())
    try:
        array = lib.obs_data_get_array(made, name.encode())
        try:
            lib.obs_data_set_array(data, name.encode(), array)
        finally:
            lib.obs_data_array_release(array)
    finally:
        lib.obs_data_release(made)
