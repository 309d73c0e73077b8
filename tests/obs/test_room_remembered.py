# SPDX-License-Identifier: GPL-2.0-or-later
"""The plate of the room in a real OBS: what the view of it shows while a person moves, and the camera."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import settled
from tests.obs.stage import exchange, filtered_picture, wait_until_running

FILTER = "Background Removal"
WIDTH, HEIGHT = 640, 360
#: Where the person stands (left side), and how wide the person is.
LEFT, RIGHT, WIDE = 100, 400, 120
#: All of the frame that the person does not stand before, in the middle of it.
SETTINGS = {"model": "green", "crop_to_people": False, "background": "color", "background_color": 0xFF000000}


def room():
    """Return a room with texture and no green in it, float [HEIGHT, WIDTH, 3] BGR."""
    coarse = numpy.random.default_rng(4).uniform(60, 220, (12, 20, 3))
    made = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    made[..., 1] = 0.3 * made[..., 1]
    return numpy.clip(made, 0, 255)


def picture(left, behind):
    """Return a person, a green block, before a room."""
    made = behind.copy()
    made[100:, left : left + WIDE] = 40, 230, 40
    return made.astype(numpy.uint8)


def place(left):
    """Return where the middle of a person is, as slices."""
    return slice(130, None), slice(left + 15, left + WIDE - 15)


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home):
    """Return an OBS with the filter on a picture that can be exchanged."""
    first = picture(LEFT, room())
    with filtered_picture(tmp_path_factory.mktemp("room"), data_home, "green", first) as opened:
        wait_until_running(opened)
        yield opened


@pytest.fixture
def show(obs, tmp_path):
    """Return a function that shows a picture (or the one before) with settings."""

    def change(made=None, **settings):
        obs.ws.set_source_filter_settings("Picture", FILTER, {**SETTINGS, **settings}, False)
        if made is not None:
            exchange(obs, tmp_path, made)

    return change


def memory(obs, wanted, what):
    """Wait until the view of the memory, int [H, W], fulfils a condition and has no colour of the room."""

    def look():
        shown = obs.screenshot("Picture").astype(int)
        # The first one may still be the view before.
        grey = numpy.ptp(shown[..., :3], axis=-1).max() <= 1
        return [shown] if grey and wanted(shown[..., 0]) else None

    return wait_for(look, what, 120)[0][..., 0]


def test_the_room_is_remembered_until_the_camera_moves(obs, show):
    show(picture(LEFT, room()), view="memory", remember_room=False)
    memory(obs, lambda known: known.max() == 0, "nothing is known while it is off")
    show(view="memory")
    known = memory(obs, lambda known: known[place(RIGHT)].min() > 250, "the room beside the person is known")
    assert known[place(LEFT)].max() == 0, "nobody has seen what is behind the person"
    show(picture(RIGHT, room()), view="memory")
    known = memory(obs, lambda known: known[place(LEFT)].min() > 250, "what the person left is known")
    assert known[place(RIGHT)].min() > 250, "and what is behind the person now"
    moved = numpy.roll(room(), (7, 12), (0, 1))
    show(picture(RIGHT, moved), view="memory")

    def learned_again(known):
        return known[place(LEFT)].min() > 250 and known[place(RIGHT)].max() == 0

    memory(obs, learned_again, "the other view is learned, and what is behind the person forgotten")


def test_the_result_shows_the_person_and_nothing_of_the_room(obs, show):
    for left in (LEFT, RIGHT):
        show(picture(left, room()), view="result")
        shown = settled(obs, "Picture")[..., :3]
    assert numpy.abs(shown[place(RIGHT)] - (40, 230, 40)).max() < 6
    assert shown[:, : RIGHT - 20].max() <= 3
    assert shown[:80].max() <= 3
