# SPDX-License-Identifier: GPL-2.0-or-later
"""The blur that grows with the distance from the person, on the computed graphics card."""

from __future__ import annotations

import math

import numpy
import pytest

from obs_bgremove.filter.backgrounds.own import Blurred
from obs_bgremove.filter.compositor import compose
from obs_bgremove.filter.frames.exchange import Shown
from obs_bgremove.filter.frames.pictures import Picture
from obs_bgremove.filter.options.settings import Settings
from obs_bgremove.filter.passes.composite import composite
from obs_bgremove.filter.passes.cut import Cut
from obs_bgremove.filter.passes.geometry import Size
from obs_bgremove.filter.passes.nearness import Nearness
from obs_bgremove.filter.passes.passes import Passes
from obs_bgremove.filter.passes.shaders import Shaders
from obs_bgremove.obs.graphics import Replacing
from tests.unit.cutout.textures_of import alpha_of

SIZE = Size(320, 180)
#: The person: from the lower border up.
ROWS, COLUMNS = slice(90, 180), slice(140, 180)
WHITE, AGES = 255, 1e6


def person(rows=ROWS, columns=COLUMNS):
    """Return an alpha, uint8 [H, W]."""
    alpha = numpy.zeros((SIZE.height, SIZE.width), numpy.uint8)
    alpha[rows, columns] = 255
    return alpha


def stripes():
    """Return a room of dark stripes, uint8 [H, W]."""
    across = numpy.arange(SIZE.width) // 4 % 2 * 60 + 40
    return numpy.broadcast_to(across, (SIZE.height, SIZE.width)).astype(numpy.uint8)


class Stage:
    """A grey picture of a room with somebody in it, as the filter draws it."""

    def __init__(self, gpu):
        self.gpu = gpu
        self.passes = Passes(Shaders())
        self.picture = Picture()

    def show(self, shades, alpha, seconds=AGES, **more):
        """Return the finished picture, int [H, W] grey."""
        planes = numpy.broadcast_to(shades, (4, *shades.shape)).copy()
        planes[3] = 255
        for target in (self.picture.frame, self.picture.small):
            with target.drawing(*SIZE):
                self.gpu.texture(target.texture).planes[...] = planes
        self.picture.upload_alpha(alpha.ctypes.data, *SIZE)
        settings = Settings(background="blur", remember_room=False, **more)
        with Replacing():
            shown = Shown(self.picture, self.picture, 0)
            made = compose(self.passes, settings, Blurred(settings), shown, SIZE, seconds)
        composite(self.passes, *made)
        return self.gpu.texture(self.passes.encoded.texture).planes[1].astype(int)


@pytest.fixture
def stage(gpu):
    return Stage(gpu)


def with_person(room, alpha):
    return numpy.where(alpha > 0, WHITE, room).astype(numpy.uint8)


def contrast(picture, columns, rows=slice(120, 170)):
    """Return how far dark and bright of the stripes are apart in some columns."""
    part = picture[rows, columns]
    return part.max() - part.min()


def test_the_room_is_sharp_beside_the_person_and_as_blurred_as_ever_far_away(stage):
    alpha, room = person(), stripes()
    even = stage.show(with_person(room, alpha), alpha)
    shown = stage.show(with_person(room, alpha), alpha, depth_look=True)
    assert contrast(even, slice(120, 136)) < 15, "the even blur hides the stripes"
    assert numpy.abs(shown - room)[120:170, 128:138].max() <= 3, "they are as in the frame"
    bands = [contrast(shown, slice(end - 16, end)) for end in (136, 112, 88, 64, 40)]
    assert bands == sorted(bands, reverse=True) and bands[0] > 55
    assert 25 < bands[2] < 55, "halfway there is less of the blur"
    assert numpy.abs(shown - even)[:, :16].max() <= 1


@pytest.mark.parametrize("look", [{}, {"light_wrap": 1.0}, {"outline": 0.5}, {"refinement": False}])
def test_the_person_leaves_no_light_in_the_room(stage, look):
    alpha = person()
    wall = numpy.full_like(alpha, 40)
    shown = stage.show(with_person(wall, alpha), alpha, depth_look=True, **look)
    room = numpy.ones(alpha.shape, bool)
    room[ROWS.start - 3 :, COLUMNS.start - 3 : COLUMNS.stop + 3] = False
    assert numpy.abs(shown - 40)[room].max() <= 2
    assert shown[130, 160] == WHITE


def test_close_to_the_person_an_edge_is_the_frames_own(stage):
    alpha = person().astype(float)
    for _ in range(4):
        alpha = (alpha + numpy.roll(alpha, 1, 1) + numpy.roll(alpha, -1, 1)) / 3
    share = (alpha / 255) ** 2.2
    # Half-covered pixels, mixed in linear light.
    shades = (255 * (share + (1 - share) * (90 / 255) ** 2.2) ** (1 / 2.2)).round().astype(numpy.uint8)
    shown = stage.show(shades, alpha.round().astype(numpy.uint8), depth_look=True)
    assert numpy.abs(shown - shades)[120:170, 130:190].max() <= 3


def test_people_who_are_hidden_are_blurred_as_ever(stage):
    alpha, room = person(), stripes()
    # They are striped, and the room is plain.
    shades = numpy.where(alpha > 0, room, WHITE).astype(numpy.uint8)
    even = stage.show(shades, alpha, invert=True)
    assert (stage.show(shades, alpha, invert=True, depth_look=True) == even).all()


def test_where_nobody_is_all_is_blurred(stage):
    nobody = numpy.zeros((SIZE.height, SIZE.width), numpy.uint8)
    even = stage.show(stripes(), nobody)
    assert numpy.abs(stage.show(stripes(), nobody, depth_look=True) - even).max() <= 1


def nearness(gpu, passes, alpha, seconds=AGES, size=SIZE):
    """Return how near each place is, float [18, 32]."""
    with Replacing():
        made = passes.nearness.draw(Cut(1, size, alpha=alpha_of(alpha)), seconds)
    return gpu.texture(made).planes[0].astype(float)


def test_what_is_below_somebody_is_nearer_than_what_is_beside_or_above(gpu):
    middle = person(slice(80, 100), slice(150, 170))
    near = nearness(gpu, Passes(Shaders()), middle)
    below, above = near[13, 16], near[4, 16]
    # As far away: the picture is 1.78 times as wide as it is high.
    beside = near[8, 16 + 5]
    assert below > beside + 0.1 and beside > above + 0.1
    for ray in (near[9, 16:], near[9, 15::-1], near[9:, 16], near[8::-1, 16]):
        assert (numpy.diff(ray) <= 0).all(), "it only falls with the distance"


def test_it_is_the_same_in_a_picture_on_its_side(gpu):
    """In a picture that is higher than wide, distances are as long as in one that is wider than high."""
    wide = numpy.zeros((9, 16), numpy.uint8)
    wide[4, 7:9] = 255
    high = numpy.zeros((16, 9), numpy.uint8)
    high[7:9, 4] = 255
    beside = nearness(gpu, Passes(Shaders()), wide, size=Size(1600, 900))[9, 15]
    assert abs(nearness(gpu, Passes(Shaders()), high, size=Size(900, 1600))[8, 15] - beside) < 0.1


def test_it_follows_the_person_slowly(gpu):
    passes, at_once = Passes(Shaders()), Passes(Shaders())
    here, there = person(columns=slice(40, 80)), person(columns=slice(240, 280))
    begin = nearness(gpu, passes, here)
    end = nearness(gpu, at_once, there)
    assert begin[15, 6] > 0.9 and begin[15, 26] < 0.1, "the first is not waited for"
    for _ in range(12):
        reached = nearness(gpu, passes, there, 1 / 60)
    left = math.exp(-12 / 60 / Nearness.SECONDS)
    assert numpy.abs(reached - (end + (begin - end) * left)).max() < 0.01
