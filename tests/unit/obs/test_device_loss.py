# SPDX-License-Identifier: GPL-2.0-or-later
"""A graphics card that is reset while OBS runs, as OBS tells it with Direct3D."""

from __future__ import annotations

import ctypes

import pytest

from obs_bgremove.filter.passes.shaders import Shaders
from obs_bgremove.obs import device_loss
from obs_bgremove.obs.device_loss import DeviceLoss
from obs_bgremove.obs.functions import lib


@pytest.fixture
def registered(gpu, monkeypatch):
    """Return what OBS was given and not told to forget: copies, as OBS makes them."""
    kept = []

    def register(callbacks):
        kept.append(type(callbacks._obj).from_buffer_copy(callbacks._obj))

    def forget(data):
        kept[:] = [one for one in kept if one.data != data]

    monkeypatch.setattr(lib, "gs_register_loss_callbacks", register, raising=False)
    monkeypatch.setattr(lib, "gs_unregister_loss_callbacks", forget, raising=False)
    return kept


def reset(registered):
    """Do what OBS does when the card was reset."""
    for one in registered:
        one.release(one.data)
    for one in registered:
        one.rebuild(ctypes.c_void_p(1), one.data)


def test_each_reset_is_counted_by_all_that_listen(registered, monkeypatch):
    monkeypatch.setattr(device_loss.sys, "platform", "win32")
    one, other = DeviceLoss(), DeviceLoss()
    reset(registered)
    other.free()
    other.free()
    reset(registered)
    assert (one.count, other.count) == (2, 1)
    one.free()
    assert registered == []


def test_the_shaders_listen_until_they_are_freed(registered, monkeypatch):
    monkeypatch.setattr(device_loss.sys, "platform", "win32")
    shaders = Shaders()
    reset(registered)
    assert shaders.losses.count == 1
    shaders.free()
    assert registered == []


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_elsewhere_obs_has_no_such_functions(registered, monkeypatch, system):
    monkeypatch.setattr(device_loss.sys, "platform", system)
    DeviceLoss().free()
    assert registered == []
