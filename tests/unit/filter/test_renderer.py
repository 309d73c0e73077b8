# SPDX-License-Identifier: GPL-2.0-or-later
"""The GPU objects of a filter exist whole or not at all."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from obs_bgremove.filter.backgrounds.background import Background
from obs_bgremove.filter.backgrounds.chosen import ChosenBackground
from obs_bgremove.filter.filter import BackgroundFilter
from obs_bgremove.filter.frames.capture import Target
from obs_bgremove.filter.frames.pictures import Picture
from obs_bgremove.filter.guards.guards import Guards
from obs_bgremove.filter.health import Health
from obs_bgremove.filter.lifetime import Lifetime
from obs_bgremove.filter.options.settings import Settings
from obs_bgremove.filter.passes.geometry import Size
from obs_bgremove.filter.passes.shaders import Shaders
from obs_bgremove.filter.renderer import FilterGraphics, Renderer
from obs_bgremove.filter.shared import Shared
from obs_bgremove.link.messages import ONLY
from obs_bgremove.obs.clock import FrameClock
from obs_bgremove.obs.library import ObsError

TARGET = Target(now=lambda: 1_000_001, parent=1_000_002, size=Size(640, 360))


class Stage:
    """One filter that is drawn in one OBS frame after the other."""

    def __init__(self, gpu, shared=None):
        self.gpu = gpu
        self.shared = shared or Shared(FrameClock(), wake=lambda: None)
        channel = SimpleNamespace(ring=None, problem="", note="", rung=ONLY)
        lifetime = Lifetime(TARGET.parent, Guards(), lambda: None, lambda: None, None)
        self.health = Health(TARGET.parent, self.shared, channel, lifetime)
        background = ChosenBackground(Settings(), lambda _settings: Background())
        self.renderer = Renderer(self.shared, channel, background, self.health)

    def draw_frame(self):
        self.gpu.frames += 1
        self.renderer.render(TARGET, Settings())


def made_by(gpu, make):
    """Return how many render targets something makes."""
    before = len(gpu.targets)
    make()
    return len(gpu.targets) - before


def test_a_failure_while_they_are_made_frees_them_and_the_next_frame_tries_again(gpu):
    shaders = Shaders()
    graphics = made_by(gpu, lambda: FilterGraphics(shaders))
    assert graphics > 2
    for possible in range(graphics):
        stage, before = Stage(gpu), len(gpu.targets)
        gpu.targets_left = possible
        with pytest.raises(ObsError, match="gs_texrender_create failed"):
            stage.draw_frame()
        assert len(gpu.targets) == before, "what was made is freed"
        assert "gs_texrender_create failed" in stage.health.last.problem
        gpu.targets_left = None
        stage.draw_frame()
        assert len(gpu.targets) > before + graphics, "the filter and a picture have all they need"
        assert stage.health.last.problem == ""
        stage.renderer.free()
        assert len(gpu.targets) == before


def test_a_failure_while_a_picture_is_made_leaves_no_part_of_it(gpu):
    graphics, picture = made_by(gpu, lambda: FilterGraphics(Shaders())), made_by(gpu, Picture)
    for possible in range(picture):
        stage, before = Stage(gpu), len(gpu.targets)
        gpu.targets_left = graphics + possible
        with pytest.raises(ObsError):
            stage.draw_frame()
        assert len(gpu.targets) == before + graphics
        gpu.targets_left = None
        stage.draw_frame()
        assert len(gpu.targets) == before + graphics + picture
        stage.renderer.free()
        assert len(gpu.targets) == before


def test_it_is_drawn_as_often_as_obs_asks_but_made_once_a_frame(gpu):
    stage = Stage(gpu)
    stage.draw_frame()
    pictures = len(gpu.targets)
    for _again in range(3):
        stage.renderer.render(TARGET, Settings())
    assert len(gpu.targets) == pictures


def test_of_two_filters_that_did_the_same_each_forgets_itself(gpu):
    first = Stage(gpu)
    second = Stage(gpu, first.shared)
    first.health.last.number = second.health.last.number = 7
    second.health.forget()
    first.health.last.number = 8
    assert [one.number for one in first.shared.last_frames] == [8]
    first.health.forget()
    assert first.shared.last_frames == []


def test_filters_of_scenes_that_follow_each_other_are_not_drawn_together(gpu):
    """What Automatic may take is for all that are drawn: a cut from scene to scene makes it no less."""
    first = Stage(gpu)
    second = Stage(gpu, first.shared)
    first.shared.frame_seconds = lambda: 1 / 30
    for stage in (first, first, second, first):
        stage.draw_frame()
        assert stage.health.seen().filters == 1
    second.renderer.render(TARGET, Settings())
    assert first.health.seen().filters == second.health.seen().filters == 2
    for stage in (first, second):
        stage.health.forget()
    assert first.health.seen().filters == 0


def test_a_filter_that_fails_at_its_end_still_frees_the_rest():
    ended = []

    def fail():
        raise ValueError("forgets nothing")

    part = SimpleNamespace(
        end=lambda: ended.append("end"),
        close_channel=lambda _channel: ended.append("channel"),
        release=lambda: ended.append("release"),
        free=lambda: ended.append("free"),
        forget=fail,
    )
    filter_ = BackgroundFilter.__new__(BackgroundFilter)
    filter_._lifetime = filter_._health = filter_._shared = filter_._background = filter_._renderer = part
    filter_._in_step = part
    filter_._channel = None
    with pytest.raises(ValueError, match="forgets nothing"):
        filter_.destroyed()
    assert ended == ["end", "end", "channel", "release", "release", "free"]
