# SPDX-License-Identifier: GPL-2.0-or-later
"""What is kept: which settings draw a pass, what the network sees, and what the status says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from obs_bgremove.filter.frames.framing import Framing
from obs_bgremove.filter.options.settings import Settings
from obs_bgremove.filter.passes.geometry import WHOLE, Region
from obs_bgremove.filter.passes.limits import Limits
from obs_bgremove.filter.passes.shaders import Shaders
from obs_bgremove.filter.report import kept
from obs_bgremove.link.layout import Box
from obs_bgremove.obs.gpu_objects import GpuObjects
from obs_bgremove.obs.graphics import DynamicTexture
from obs_bgremove.obs.structs import FORMAT_R8

SETTINGS = Settings()
LEFT_HALF = replace(SETTINGS, area_right=50.0)


def test_nothing_is_drawn_where_everybody_is_kept(gpu):
    limits, alpha = Limits(GpuObjects(), Shaders()), DynamicTexture(256, 144, FORMAT_R8)
    assert limits.draw(alpha, WHOLE, SETTINGS.area, SETTINGS.invert) == alpha.texture
    assert gpu.drawn == []
    assert limits.draw(alpha, WHOLE, LEFT_HALF.area, False) != alpha.texture
    assert limits.draw(alpha, WHOLE, SETTINGS.area, True) != alpha.texture
    assert [technique for _file, technique, _uniforms in gpu.drawn] == ["Limit", "Limit"]


def test_the_network_looks_closer_only_at_people_in_the_area():
    framing = Framing()
    framing.area = LEFT_HALF.area
    # Somebody at the left, and a poster at the right edge of the picture.
    for _ in range(framing.PATIENCE):
        framing.found(Box(40, 40, 256, 144), WHOLE, 256, 144)
    assert framing.region.right < 0.7


def test_nobody_in_the_area_is_nobody():
    framing = Framing()
    framing.area = LEFT_HALF.area
    for _ in range(2 * framing.PATIENCE):
        framing.found(Box(200, 40, 256, 144), WHOLE, 256, 144)
    assert framing.region == WHOLE


@pytest.mark.parametrize(("one", "other", "common"), [
    (WHOLE, Region(0.25, 0.5, 0.5, 0.25), Region(0.25, 0.5, 0.5, 0.25)),
    (Region(0.0, 0.0, 0.5, 0.5), Region(0.25, 0.25, 0.5, 0.5), Region(0.25, 0.25, 0.25, 0.25)),
    (Region(0.0, 0.0, 0.25, 1.0), Region(0.25, 0.0, 0.5, 1.0), None),
])  # fmt: skip
def test_what_two_regions_have_in_common(one, other, common):
    assert one.common(other) == other.common(one) == common


def test_the_status_says_what_is_shown_and_hidden():
    assert kept.sentences(SETTINGS, 0) == ""
    front = replace(SETTINGS, keep="front")
    assert "nobody else" in kept.sentences(front, 0)
    assert "1 other counts as room" in kept.sentences(front, 1)
    assert "2 others count as room" in kept.sentences(front, 2)
    assert "ROOM IS SHOWN" in kept.sentences(replace(SETTINGS, invert=True), 0)
    assert "inside the area" in kept.sentences(LEFT_HALF, 0)
    for empty in (replace(LEFT_HALF, area_left=50.0), replace(SETTINGS, area_top=60.0, area_bottom=40.0)):
        assert "area is empty" in kept.empty_area(empty)
        assert kept.sentences(empty, 0) == ""
    assert kept.empty_area(LEFT_HALF) == kept.empty_area(SETTINGS) == ""
