# SPDX-License-Identifier: GPL-2.0-or-later
"""Single colours near an edge, on a computed graphics card, where the answer is known."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove.filter.passes.composite import composite
from obs_bgremove.filter.passes.cut import Cut
from obs_bgremove.filter.passes.drawn_background import DrawnBackground
from obs_bgremove.filter.passes.geometry import Size
from obs_bgremove.filter.passes.passes import Passes
from obs_bgremove.filter.passes.shaders import Shaders
from obs_bgremove.filter.passes.techniques import CompositeTechnique
from obs_bgremove.obs.graphics import Replacing
from obs_bgremove.obs.structs import FORMAT_BGRA
from tests.unit.cutout.textures_of import alpha_of, uploaded

SIZE, NETWORK = Size(384, 216), Size(96, 54)
#: A face within dark hair, before a wall (red, green, blue).
FACE, HAIR, WALL = (230, 170, 140), (50, 30, 25), (120, 140, 160)
#: The radius of the face; that of the head with its hair; how far the hair fades, in pixels of the frame.
INNER, OUTER, FADING = 60, 78, 14


def distance():
    """Return how far each pixel lies from the middle, float [H, W]."""
    down, across = numpy.mgrid[0 : SIZE.height, 0 : SIZE.width]
    return numpy.hypot(down - SIZE.height / 2, across - SIZE.width / 2)


def a_head():
    """Return a picture (float [H, W, 3]) of a head and its true alpha (float [H, W])."""
    away = distance()
    truth = numpy.clip((OUTER - away) / FADING + 0.5, 0, 1)
    person = numpy.where((away < INNER)[..., None], FACE, HAIR)
    return truth[..., None] * person + (1 - truth[..., None]) * numpy.array(WALL), truth


def rooted(colour):
    """Return a colour of sRGB as the shaders compare it: the square roots of its light, near enough."""
    return numpy.sqrt((numpy.array(colour) / 255) ** 2.2)


def planes_of(picture):
    """Return an opaque picture as uint8 [4, H, W]."""
    opaque = numpy.dstack([picture, numpy.full(picture.shape[:2], 255)])
    return opaque.round().astype(numpy.uint8).transpose(2, 0, 1)


@pytest.fixture
def cut(gpu):
    """Return a cut of the head with the means around; the network is not sure of a wide ring."""
    picture, truth = a_head()
    network = cv2.resize(cv2.GaussianBlur(truth, (0, 0), 10), NETWORK, interpolation=cv2.INTER_AREA)
    alpha = alpha_of((network * 255).round().astype(numpy.uint8))
    small = uploaded(gpu, planes_of(cv2.resize(picture, NETWORK, interpolation=cv2.INTER_AREA)), FORMAT_BGRA)
    passes = Passes(Shaders())
    with Replacing():
        colors = passes.colors.draw(small, alpha)
    frame = uploaded(gpu, planes_of(picture))
    made = Cut(frame.texture, SIZE, alpha=alpha, colors=colors, refine=True, clean=True)
    return passes, made, small


def sampled(gpu, cut):
    """Return the cut with its samples, and the person's and the room's (float [H, W, 3], square roots)."""
    passes, means, small = cut
    with Replacing():
        made = means._replace(colors=passes.samples.draw(means, small))
    planes = gpu.texture(made.colors.texture).planes.astype(float) / 255
    sides = planes[:3].transpose(1, 2, 0)
    return made, sides[:, : NETWORK.width], sides[:, NETWORK.width :]


def shown(gpu, passes, cut):
    """Return the alpha that is shown, float [H, W]."""
    composite(passes, DrawnBackground(CompositeTechnique.ALONE), cut)
    return gpu.texture(passes.encoded.texture).planes[3].astype(float) / 255


def test_hair_is_compared_with_hair_and_not_with_its_mean_with_the_face(gpu, cut):
    passes, means, _ = cut
    made, person, room = sampled(gpu, cut)
    _, truth = a_head()
    edge = (truth > 0.2) & (truth < 0.8)
    there = cv2.resize(edge.astype(numpy.uint8), NETWORK, interpolation=cv2.INTER_NEAREST) > 0
    hair, wall = rooted(HAIR), rooted(WALL)
    mean = gpu.texture(means.colors.texture).planes[:3].astype(float).transpose(1, 2, 0) / 255
    mean = cv2.resize(mean[:, : mean.shape[1] // 2], NETWORK)
    assert numpy.abs(person - hair)[there].mean() < 0.7 * numpy.abs(mean - hair)[there].mean()
    assert numpy.abs(room - wall)[there].max() < 0.08
    errors = [numpy.abs(shown(gpu, passes, one) - truth)[edge].mean() for one in (means, made)]
    assert errors[1] < 0.5 * errors[0]


def test_where_the_room_is_remembered_no_other_colour_is_looked_for(gpu, cut):
    passes, means, small = cut
    plate = uploaded(gpu, planes_of(numpy.full((SIZE.height, SIZE.width, 3), (30, 200, 90))))
    _, person, room = sampled(gpu, (passes, means._replace(plate=plate.texture), small))
    mean = gpu.texture(means.colors.texture).planes[:3].astype(float).transpose(1, 2, 0) / 255
    width = mean.shape[1] // 2
    # It is mixed in at full size; here what it is mixed into stays as it was.
    assert numpy.abs(room - cv2.resize(mean[:, width:], NETWORK)).max() < 0.02
    # The person's are those that explain it before that room.
    assert numpy.abs(person - sampled(gpu, cut)[1]).max() > 0.1


def test_without_a_person_nothing_is_sampled(gpu, cut):
    passes, means, small = cut
    assert passes.samples.draw(means._replace(alpha=None), small) == means.colors
