# SPDX-License-Identifier: GPL-2.0-or-later
"""A drawing that is made again makes the same calls, and is made by its code when anything has changed."""

from __future__ import annotations

import sys
import threading
from ctypes import PyDLL, c_double, c_int
from pathlib import PurePosixPath
from types import SimpleNamespace

import pytest

from obs_bgremove.obs import functions
from obs_bgremove.obs.functions import Functions, lib
from obs_bgremove.obs.graphics import Effect, RenderTarget
from obs_bgremove.obs.library import ObsError
from obs_bgremove.obs.replays import Replays
from obs_bgremove.obs.structs import FORMAT_RGBA


class Drawing:
    """A pass that draws a texture into its target; ``made`` counts how often its code ran."""

    def __init__(self):
        self.effect = Effect(PurePosixPath("/shaders/shrink.effect"))
        self.target = RenderTarget(FORMAT_RGBA)
        self.replays = Replays()
        self.made = 0

    def draw(self, texture, size):
        def make():
            self.made += 1
            lib.gs_effect_set_texture(self.effect["image"], texture)
            return self.target.fill(self.effect, b"Draw", *size)

        return self.replays.draw((texture, size), make)


@pytest.fixture
def drawing(gpu):
    """Return a pass that was drawn once, so that its target has a texture."""
    made = Drawing()
    made.draw(7, (64, 32))
    made.made = 0
    gpu.drawn.clear()
    return made


def test_what_was_drawn_before_is_drawn_again_without_its_code(gpu, drawing):
    textures = {drawing.draw(7, (64, 32)) for _frame in range(3)}
    assert textures == {drawing.target.texture}
    assert gpu.drawn == [("shrink.effect", "Draw", frozenset({"image"}))] * 3
    assert drawing.made == 1


def test_another_input_is_drawn_by_its_code(gpu, drawing):
    for texture in (7, 8, 7, 8):
        drawing.draw(texture, (64, 32))
    assert len(gpu.drawn) == 4
    assert drawing.made == 2


def test_nothing_is_drawn_into_a_texture_that_is_gone(gpu, drawing):
    drawing.draw(7, (64, 32))
    # Another size: the target frees its texture and makes another one.
    drawing.draw(7, (96, 48))
    drawing.made = 0
    assert drawing.draw(7, (64, 32)) == drawing.target.texture
    assert drawing.made == 1


def test_a_drawing_that_fails_is_tried_again_and_leaves_nothing_recorded(gpu, drawing):
    gpu.has_room = False
    for _frame in range(2):
        with pytest.raises(ObsError, match="128x64"):
            drawing.draw(7, (128, 64))
    gpu.has_room = True
    assert drawing.draw(7, (128, 64)) == drawing.target.texture != 0
    assert drawing.made == 3


def test_the_number_of_recorded_drawings_is_limited(gpu, drawing):
    for texture in range(1, 5 * Replays.MOST):
        drawing.draw(texture, (64, 32))
    assert len(drawing.replays._recorded) <= Replays.MOST


def test_what_is_called_after_a_recording_is_not_recorded(gpu):
    with lib.recorded() as calls:
        lib.gs_clear(1, None, 0.0, 0)
    lib.gs_clear(1, None, 0.0, 0)
    assert len(calls) == 1


def test_what_only_asks_is_not_recorded(gpu):
    with lib.recorded() as calls:
        lib.gs_get_linear_srgb()
        lib.gs_set_linear_srgb(True)
    assert [one.args for one in calls] == [(True,)]


@pytest.mark.skipif(sys.platform == "win32", reason="looks a function up in the C library of the process")
def test_what_is_called_again_gets_the_same_values_without_converting_them(monkeypatch):
    converted = []

    class Noted(c_double):
        @classmethod
        def from_param(cls, value):
            converted.append(value)
            return c_double(value)

    monkeypatch.setattr(functions, "TABLE", [("gs_scaled", c_double, [Noted, c_int])])
    monkeypatch.setattr(functions, "LEAVES", {"gs_scaled": "field"})
    scaling = Functions()
    scaling._libraries = SimpleNamespace(find=lambda _name, keep_gil: PyDLL(None).ldexp)
    with scaling.recorded() as calls:
        assert scaling.gs_scaled(1.5, 4) == 24.0
    converted.clear()
    assert [calls[0](), calls[0]()] == [24.0, 24.0]
    assert converted == []


def test_calls_of_sources_are_not_recorded(gpu):
    with lib.recorded() as calls:
        thread = threading.Thread(target=lib.obs_source_release, args=[1])
        thread.start()
        thread.join()
    assert calls == []
