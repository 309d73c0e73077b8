# SPDX-License-Identifier: GPL-2.0-or-later
"""Callbacks of every type that libobs calls, called as it does."""

from __future__ import annotations

import ctypes
import warnings

import pytest

from obs_bgremove.obs import registration, structs, vendor

PROTOTYPES = {
    name: prototype
    for module in (structs, vendor)
    for name, prototype in vars(module).items()
    if isinstance(prototype, type) and issubclass(prototype, ctypes._CFuncPtr)
}
#: What a callback may return by the type of its result.
RESULTS = {ctypes.c_void_p: 4096, ctypes.c_int: 7, ctypes.c_bool: True, None: None}


def test_there_are_callbacks():
    assert {"GetName", "Create", "VideoRender", "Request"} <= PROTOTYPES.keys()


@pytest.mark.parametrize("prototype", PROTOTYPES.values(), ids=PROTOTYPES.keys())
def test_a_callback_returns_its_result_without_a_warning(prototype):
    """ctypes warns on stderr about results that it cannot free; OBS opens its script log at that."""
    result = RESULTS[prototype._restype_]
    callback = prototype(lambda *_arguments: result)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        given = callback(*(kind() for kind in prototype._argtypes_))
    assert given == result
    assert not caught


def test_the_name_outlives_the_registration(monkeypatch):
    registered = []

    class Library:
        def obs_register_source_s(self, info, _size):
            registered.append(structs.SourceInfoPrefix.from_address(info))

    class Filter:
        ID, NAME = "obs_bgremove_test", "Ein Grünraum"
        defaults = staticmethod(lambda _settings: None)

    monkeypatch.setattr(registration, "lib", Library())
    monkeypatch.setattr(registration, "address_of", lambda _name: None)
    monkeypatch.setattr(registration, "_callbacks", {})
    registration.register(Filter)
    (info,) = registered
    assert ctypes.string_at(info.get_name(None)).decode() == "Ein Grünraum"
