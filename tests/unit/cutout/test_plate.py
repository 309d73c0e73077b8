# SPDX-License-Identifier: GPL-2.0-or-later
"""The plate of the room, on a computed graphics card: what it learns, and when it forgets."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove.cutout.textures import Sampled
from obs_bgremove.filter.backgrounds.background import Background
from obs_bgremove.filter.compositor import compose
from obs_bgremove.filter.frames.exchange import Shown
from obs_bgremove.filter.frames.pictures import Picture
from obs_bgremove.filter.options.settings import Settings
from obs_bgremove.filter.passes.composite import composite
from obs_bgremove.filter.passes.geometry import WHOLE, Size
from obs_bgremove.filter.passes.passes import Passes
from obs_bgremove.filter.passes.plate import Plate
from obs_bgremove.filter.passes.shaders import Shaders
from obs_bgremove.filter.passes.shrink import shrink
from obs_bgremove.obs.graphics import Replacing

SIZE, NETWORK = Size(256, 144), Size(64, 36)
#: The person's colour (red, green, blue), and where the person stands.
PERSON = 200, 40, 160
LEFT, RIGHT = 50, 150
WIDE, HEAD = 50, 40
#: Frames until a pixel is trusted, and more.
LONG = 18


def a_room(seed=1):
    """Return a room with some texture, float [H, W, 3] in 0..255, larger than a frame."""
    coarse = numpy.random.default_rng(seed).uniform(60, 200, (24, 36, 3))
    return cv2.resize(coarse, (288, 192), interpolation=cv2.INTER_CUBIC)


class Seen:
    """A filter's passes that see one frame after the other."""

    def __init__(self, gpu, **settings):
        self.gpu, self.passes, self.picture = gpu, Passes(Shaders()), Picture()
        self.settings = Settings(**settings)
        self.composed = None

    def frames(self, room, left, count=LONG, noise=2.0):
        """Show frames of a person before a room; return the finished picture, uint8 [4, H, W]."""
        random = numpy.random.default_rng(left)
        alpha = numpy.zeros((SIZE.height, SIZE.width), numpy.float32)
        if left is not None:
            alpha[HEAD:, left : left + WIDE] = 1
        alpha = cv2.GaussianBlur(alpha, (0, 0), 3)
        behind = room[: SIZE.height, : SIZE.width]
        clean = alpha[..., None] * PERSON + (1 - alpha[..., None]) * behind
        for _ in range(count):
            self.show(clean + random.normal(0, noise, clean.shape), alpha)
        return self.gpu.texture(self.passes.encoded.texture).planes.copy()

    def show(self, colours, alpha):
        """Show one frame (float [H, W, 3]) with its alpha (0..1)."""
        planes = numpy.full((4, SIZE.height, SIZE.width), 255, numpy.uint8)
        planes[:3] = numpy.clip(colours, 0, 255).round().transpose(2, 0, 1)
        picture = self.picture
        with picture.frame.drawing(*SIZE):
            self.gpu.texture(picture.frame.texture).planes[...] = planes
        small = numpy.ascontiguousarray(cv2.resize(alpha, NETWORK, interpolation=cv2.INTER_AREA) * 255)
        small = small.round().astype(numpy.uint8)
        with Replacing():
            shrink(self.passes.shaders.shrink, picture.frame.texture, SIZE, picture.small, NETWORK)
            picture.seen = WHOLE
            picture.upload_alpha(small.ctypes.data, *NETWORK)
            shown = Shown(picture, picture, 0)
            self.composed = compose(self.passes, self.settings, Background(), shown, SIZE, 1 / 30)
        composite(self.passes, *self.composed)

    def plate(self):
        """Return colours as bytes of sRGB [H, W, 3], and how far they are trusted [H, W]; half as large."""
        planes = self.gpu.texture(self.composed.cut.plate).planes.astype(float)
        light = planes[:3].transpose(1, 2, 0) ** 2
        encoded = numpy.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
        return encoded * 255, numpy.clip(4 * planes[3] - 1, 0, 1)


def where(left, grown=0):
    """Return the part of the plate in which a person stands, as slices."""
    return slice((HEAD - grown) // 2, None), slice((left - grown) // 2, (left + WIDE + grown) // 2)


def half(room):
    """Return a room as the plate has it."""
    return cv2.resize(room[: SIZE.height, : SIZE.width], (SIZE.width // 2, SIZE.height // 2), interpolation=3)


def learned(gpu, room, **settings):
    """Return what has seen a room with a person at the left, then at the right."""
    seen = Seen(gpu, **settings)
    seen.frames(room, LEFT)
    seen.frames(room, RIGHT)
    return seen


def test_the_room_is_known_where_the_person_was_and_behind_the_person(gpu):
    room = a_room()
    colours, trust = learned(gpu, room).plate()
    for place in (where(LEFT), where(RIGHT)):
        assert trust[place].min() == 1
        assert numpy.abs(colours - half(room))[place].max() < 12
    assert numpy.abs(colours - half(room))[place].mean() < 2


def test_what_was_never_seen_is_not_trusted_and_nothing_of_the_person_is_kept(gpu):
    seen = Seen(gpu)
    seen.frames(a_room(), LEFT)
    _colours, trust = seen.plate()
    assert trust[where(LEFT)].max() == 0
    # Nor the soft edge, and what is near it.
    assert trust[where(LEFT, grown=8)].max() == 0


def test_before_anything_is_known_and_when_off_the_picture_is_the_same(gpu):
    room = a_room()
    with_plate, without = Seen(gpu), Seen(gpu, remember_room=False)
    assert (with_plate.frames(room, LEFT, 8) == without.frames(room, LEFT, 8)).all()
    for seen in (with_plate, without):
        seen.frames(room, LEFT)
    after, today = with_plate.frames(room, RIGHT), without.frames(room, RIGHT)
    assert (after != today).any()
    assert without.composed.cut.plate is None


@pytest.mark.parametrize("settings", [{"invert": True}, {"refinement": False, "color_cleaning": False}])
def test_no_plate_is_gathered_where_it_has_no_use(gpu, settings):
    assert learned(gpu, a_room(), **settings).composed.cut.plate is None


def test_it_is_gathered_without_refinement_for_colours(gpu):
    assert learned(gpu, a_room(), refinement=False).composed.cut.plate


@pytest.mark.parametrize("shift", [(0, 3), (4, -8), (30, 30)])
def test_a_camera_that_moved_leaves_nothing_of_what_is_hidden(gpu, shift):
    room = a_room()
    seen = learned(gpu, room)
    seen.frames(numpy.roll(room, shift, (0, 1)), RIGHT, 4)
    assert seen.plate()[1][where(RIGHT)].max() == 0


def test_a_held_camera_is_never_trusted_behind_the_person(gpu):
    room, seen = a_room(), Seen(gpu)
    for number in range(40):
        step = round(6 * numpy.sin(number / 3)), round(5 * numpy.cos(number / 4))
        seen.frames(numpy.roll(room, step, (0, 1)), LEFT + number, 1)
        assert seen.plate()[1][where(LEFT + number)].max() == 0


def test_another_scene_is_not_cut_with_the_room_of_the_last_one(gpu):
    seen = learned(gpu, a_room(1))
    seen.frames(a_room(2), RIGHT, 3)
    assert seen.plate()[1].max() == 0


@pytest.mark.parametrize("gain", [(0.8, 0.8, 0.8), (1.15, 1.0, 0.9)])
def test_exposure_and_white_balance_change_what_is_hidden_too(gpu, gain):
    room = a_room()
    seen = learned(gpu, room)
    for step in range(1, 9):
        brighter = room * numpy.power(gain, step / 8)
        seen.frames(brighter, RIGHT, 3)
    seen.frames(brighter, RIGHT)
    colours, trust = seen.plate()
    assert trust[where(RIGHT)].min() == 1
    assert numpy.abs(colours - half(brighter))[where(RIGHT)].mean() < 3


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 0, 255), (255, 255, 255)])
def test_a_room_without_one_of_the_colours_hides_nobody(gpu, colour):
    seen, room = Seen(gpu), numpy.full((192, 288, 3), colour, float)
    for left in (LEFT, RIGHT, LEFT + 40):
        finished = seen.frames(room, left, noise=0.0)
    assert numpy.isfinite(seen.gpu.texture(seen.composed.cut.plate).planes).all()
    person = finished[:, HEAD + 12 : -4, LEFT + 40 + 12 : LEFT + 40 + WIDE - 12]
    assert (person[3] == 255).all()
    assert numpy.abs(person[:3].astype(float) - numpy.reshape(PERSON, (3, 1, 1))).mean() < 6


def test_a_thing_that_was_pushed_leaves_no_ghost(gpu):
    room = a_room()
    before, after = room.copy(), room.copy()
    before[:, RIGHT - 40 : RIGHT + 20] = 20, 20, 240
    seen = learned(gpu, before)
    assert seen.plate()[1][where(RIGHT)].min() == 1
    after[:, RIGHT - 80 : RIGHT - 20] = 20, 20, 240
    seen.frames(after, RIGHT)
    colours, trust = seen.plate()
    # At the edge beside which it was gone.
    edge = slice(HEAD // 2 + 10, None), slice(RIGHT // 2 - 4, RIGHT // 2 + 6)
    ghost = numpy.abs(colours - half(after)).max(-1) > 30
    assert ghost[edge].any(), "it is still there behind the person"
    assert (trust * ghost)[edge].max() == 0


def test_what_flickers_is_not_trusted(gpu):
    room, seen = a_room(), Seen(gpu)
    for number in range(30):
        flickering = room.copy()
        flickering[:40, 200:] *= 0.5 + 0.5 * (number // 2 % 2)
        seen.frames(flickering, LEFT, 1)
    trust = seen.plate()[1]
    assert trust[2:18, 102:].max() == 0
    assert trust[30:, 104:].min() > 0.5, "the room beside it is"


def test_a_frame_that_is_shown_again_tells_nothing_new(gpu):
    seen = Seen(gpu)
    seen.frames(a_room(), LEFT, 1)
    planes = gpu.texture(seen.composed.cut.plate).planes.copy()
    shown = Shown(seen.picture, seen.picture, 0)
    with Replacing():
        for _ in range(30):
            again = compose(seen.passes, seen.settings, Background(), shown, SIZE, 1 / 30)
    assert (gpu.texture(again.cut.plate).planes == planes).all()


def test_a_frame_of_the_plate_reads_few_texels(gpu, monkeypatch):
    """Where OpenGL is computed, each reading of a texture takes long: that frame would stand out."""
    seen, read, at = learned(gpu, a_room()), [], Sampled.at

    def counted(self, place, *more):
        read.append(place.shape[1])
        return at(self, place, *more)

    monkeypatch.setattr(Sampled, "at", counted)
    with Replacing():
        for number in range(Plate.EVERY):
            seen.passes.plate.draw(seen.composed.cut._replace(plate=None), number)
    assert read, "one of them was drawn"
    assert sum(read) < 5.5 * SIZE.width * SIZE.height / Plate.FRACTION**2


def test_it_begins_again_in_another_size_and_when_it_is_to_forget(gpu):
    seen = learned(gpu, a_room())
    seen.passes.plate.forget()
    seen.frames(a_room(), RIGHT, 1)
    assert seen.plate()[1].max() == 0


def test_the_plate_shows_nothing_of_the_room(gpu):
    room = a_room()
    seen, cat = learned(gpu, room), room.copy()
    cat[20:60, 30:80] = 250, 250, 20
    picture = seen.frames(cat, RIGHT)
    # The network sees nobody there, though it is another colour than the room's.
    assert picture[3, :, : RIGHT - 24].max() == 0
    picture = seen.frames(room, None)
    assert picture[3].max() == 0


def test_hair_ends_where_the_room_begins(gpu):
    """A wide soft alpha of a network is made as narrow as the person's real edge."""
    room = a_room()
    errors = []
    for remember in (True, False):
        seen = Seen(gpu, remember_room=remember)
        seen.frames(room, LEFT)
        truth = numpy.zeros((SIZE.height, SIZE.width), numpy.float32)
        truth[HEAD:, RIGHT : RIGHT + WIDE] = 1
        unsure = cv2.GaussianBlur(truth, (0, 0), 8)
        colours = truth[..., None] * PERSON + (1 - truth[..., None]) * room[: SIZE.height, : SIZE.width]
        for _ in range(4):
            seen.show(colours, unsure)
        shown = gpu.texture(seen.passes.encoded.texture).planes[3] / 255
        errors.append(numpy.abs(shown - truth)[30:].mean())
    assert errors[0] < 0.7 * errors[1]


def test_what_differs_from_the_room_and_from_the_persons_mean_colour_is_the_person(gpu):
    """A network that is not sure of someone in clothes of many colours, before a room that is known."""
    room = a_room()
    truth = numpy.zeros((SIZE.height, SIZE.width), numpy.float32)
    truth[HEAD:, RIGHT : RIGHT + WIDE] = 1
    unsure = cv2.GaussianBlur(truth, (0, 0), 8)
    differing = cv2.resize(numpy.random.default_rng(3).normal(0, 35, (36, 64, 3)), (256, 144))
    colours = numpy.where(truth[..., None] > 0, PERSON + differing, room[: SIZE.height, : SIZE.width])
    errors = []
    for remember in (True, False):
        seen = Seen(gpu, remember_room=remember)
        seen.frames(room, LEFT)
        for _ in range(4):
            seen.show(colours, unsure)
        shown = gpu.texture(seen.passes.encoded.texture).planes[3] / 255
        errors.append((1 - shown)[truth > 0].mean())
    assert errors[0] < 0.8 * errors[1]
