# SPDX-License-Identifier: GPL-2.0-or-later
"""The name of the graphics card that OBS draws with."""

from __future__ import annotations

import ctypes
import sys
from types import SimpleNamespace

import pytest

from obs_bgremove.obs import graphics_card
from obs_bgremove.obs.functions import lib
from obs_bgremove.obs.structs import VideoInfo

CARDS = b"Intel(R) UHD Graphics", b"NVIDIA GeForce RTX 3060"


@pytest.fixture
def direct3d(gpu, monkeypatch):
    """Let OBS draw with one of two cards of Direct3D; return a function that says which."""

    def enumerate_adapters(callback, parameter):
        for number, name in enumerate(CARDS):
            callback(parameter, name, number)

    def draws_with(number):
        def info(address):
            ctypes.cast(address, ctypes.POINTER(VideoInfo)).contents.adapter = number
            return True

        monkeypatch.setattr(lib, "obs_get_video_info", info, raising=False)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(lib, "gs_enum_adapters", enumerate_adapters, raising=False)
    return draws_with


@pytest.mark.parametrize("number", [0, 1])
def test_direct3d_names_the_card_that_obs_was_set_to(direct3d, number):
    direct3d(number)
    assert graphics_card.name() == CARDS[number].decode()


def test_a_card_that_is_gone_has_no_name(direct3d):
    direct3d(2)
    assert graphics_card.name() == ""


def test_opengl_says_what_draws(gpu, monkeypatch):
    def renderer(_which):
        return b"Mesa Intel(R) UHD Graphics 770 (ADL-S GT1)"

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace(glGetString=renderer))
    assert graphics_card.name() == "Mesa Intel(R) UHD Graphics 770 (ADL-S GT1)"


def test_a_system_without_that_library_has_none(gpu, monkeypatch):
    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert graphics_card.name() == ""
