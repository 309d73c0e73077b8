# SPDX-License-Identifier: GPL-2.0-or-later
"""The owners of GPU objects, with a stand-in for OBS' graphics."""

from __future__ import annotations

import traceback
from pathlib import PureWindowsPath

import pytest

from obs_bgremove.filter.passes.shaders import ShaderCache
from obs_bgremove.obs.graphics import Effect, RenderTarget
from obs_bgremove.obs.library import ObsError
from obs_bgremove.obs.structs import FORMAT_RGBA


def test_an_effect_finds_what_it_includes_on_windows_too(gpu):
    Effect(PureWindowsPath("C:\\OBS\\shaders\\blur.effect"))
    assert gpu.compiled == ["C:/OBS/shaders/blur.effect"]


def test_shaders_that_do_not_compile_are_compiled_once_and_reported_each_time(gpu):
    gpu.compiles = False
    cache = ShaderCache()
    lengths = []
    for _frame in range(5):
        with pytest.raises(ObsError, match=r"shrink.effect does not compile") as caught:
            cache.compiled()
        lengths.append(len(traceback.extract_tb(caught.value.__traceback__)))
    assert len(gpu.compiled) == 1
    assert len(set(lengths[1:])) == 1, "nothing grows from frame to frame"


def test_a_render_target_is_tried_again_when_there_was_no_room_for_it(gpu):
    target = RenderTarget(FORMAT_RGBA)
    gpu.has_room = False
    for _frame in range(3):
        with pytest.raises(ObsError, match="640x360"), target.drawing(640, 360):
            pass
    gpu.has_room = True
    with target.drawing(640, 360):
        pass
    assert target.texture and len(gpu.targets) == 1
