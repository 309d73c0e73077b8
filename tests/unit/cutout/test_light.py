# SPDX-License-Identifier: GPL-2.0-or-later
"""Light matching on the computed graphics card."""

import math

import numpy

from obs_bgremove.filter.passes.light import Light
from obs_bgremove.filter.passes.passes import Passes
from obs_bgremove.filter.passes.shaders import Shaders
from obs_bgremove.obs.graphics import Replacing
from tests.unit.cutout.textures_of import uploaded

AGES = 1e6


def test_a_small_change_is_followed_at_a_high_frame_rate_too(gpu):
    with Replacing():

        def filled(shade):
            planes = numpy.full((4, 9, 16), 255, numpy.uint8)
            planes[:3] = shade
            return uploaded(gpu, planes).texture

        def factor(light, around, seconds):
            made = gpu.texture(light.factors(around, person, 1.0, seconds))
            return float(made.planes[0, 0, 0])

        person, before, after = filled(120), filled(110), filled(104)
        light, at_once = (Passes(Shaders()).light for _ in range(2))
        begin, end = factor(light, before, AGES), factor(at_once, after, AGES)
        for _ in range(120):
            reached = factor(light, after, 1 / 240)
    share = 1 - math.exp(-120 / 240 / Light.SECONDS)
    assert abs(begin - end) > 0.05
    assert abs(reached - (begin + (end - begin) * share)) < 0.02 * abs(begin - end)
