# SPDX-License-Identifier: GPL-2.0-or-later
"""The owners of GPU objects, with a stand-in for OBS' graphics."""

from __future__ import annotations

from pathlib import PureWindowsPath

from obs_bgremove.obs.graphics import Effect


def test_an_effect_finds_what_it_includes_on_windows_too(gpu):
    Effect(PureWindowsPath("C:\\OBS\\shaders\\blur.effect"))
    assert gpu.compiled == ["C:/OBS/shaders/blur.effect"]
