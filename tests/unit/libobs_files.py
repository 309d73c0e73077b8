# SPDX-License-Identifier: GPL-2.0-or-later
"""OBS' own parsers of its files, in this process."""

from __future__ import annotations

import ctypes
import os
from ctypes import byref, c_char_p, c_int, c_void_p
from pathlib import Path

import pytest

_SONAMES = ("libobs.so.30", "libobs.so.0", "libobs.so")


def _library():
    windows = os.environ.get("OBS_BGREMOVE_LAB_OBS")
    if windows:
        programs = Path(windows, "bin", "64bit")
        os.add_dll_directory(str(programs))
        return ctypes.CDLL(str(programs / "obs.dll"))
    for name in _SONAMES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


@pytest.fixture(scope="session")
def libobs():
    """OBS' library; the test is skipped where there is none."""
    library = _library()
    if library is None:
        pytest.skip("libobs is not installed")
    return library


def ini_values(library, path, section, *keys):
    """Return what OBS reads from an .ini file: a text for each key, None for one that is not there."""
    opened = c_void_p()
    library.config_has_user_value.restype = ctypes.c_bool
    library.config_get_string.restype = c_char_p
    library.config_open.restype = c_int
    assert library.config_open(byref(opened), str(path).encode("utf-8"), 0) == 0, f"OBS cannot read {path}"
    values = []
    for key in keys:
        name = section.encode(), key.encode()
        there = library.config_has_user_value(opened, *name)
        values.append(library.config_get_string(opened, *name).decode("utf-8") if there else None)
    library.config_close(opened)
    return values


def save_ini(library, path, section, key, value):
    """Let OBS set a value in an .ini file and save it."""
    opened = c_void_p()
    assert library.config_open(byref(opened), str(path).encode("utf-8"), 1) == 0
    library.config_set_string(opened, section.encode(), key.encode(), value.encode("utf-8"))
    assert library.config_save(opened) == 0
    library.config_close(opened)


def json_text(library, path):
    """Return the JSON that OBS makes of what it has read from a file of JSON."""
    library.obs_data_create_from_json_file.restype = c_void_p
    library.obs_data_get_json.restype = c_char_p
    data = c_void_p(library.obs_data_create_from_json_file(str(path).encode("utf-8")))
    assert data, f"OBS cannot read {path}"
    text = library.obs_data_get_json(data).decode("utf-8")
    library.obs_data_release(data)
    return text
