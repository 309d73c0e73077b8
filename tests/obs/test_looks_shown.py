# SPDX-License-Identifier: GPL-2.0-or-later
"""Brighten me, the outline and the tint in a real OBS."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import settled
from tests.obs.stage import BLUE, exchange, filtered_picture, wait_until_running

FILTER = "Background Removal"
WIDTH, HEIGHT = 640, 360
#: The person, to the lower border. BGR; the network of the test takes what is green for people.
ROWS, COLUMNS = slice(100, HEIGHT), slice(200, 440)
ROOM, DIM, LIT = (255, 0, 255), (10, 130, 10), (160, 200, 160)
YELLOW = 0xFF00FFFF
LOOKS = {"brighten": 100.0, "outline": 12.0, "outline_color": YELLOW, "tint": 100.0, "tint_color": 0xFFFFFFFF}
NO_LOOKS = {"brighten": 0.0, "outline": 0.0, "tint": 0.0}


def picture(person):
    made = numpy.full((HEIGHT, WIDTH, 3), ROOM, numpy.uint8)
    made[ROWS, COLUMNS] = person
    return made


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home):
    """Return an OBS with the filter on a picture that can be exchanged."""
    with filtered_picture(tmp_path_factory.mktemp("looks"), data_home, "green", picture(DIM)) as opened:
        wait_until_running(opened)
        yield opened


@pytest.fixture
def shown(obs):
    """Return a function that sets settings and takes a screenshot, int [H, W, 4] BGRA."""

    def show(until=lambda _picture: True, **settings):
        fixed = {"model": "green", "crop_to_people": False, **NO_LOOKS}
        obs.ws.set_source_filter_settings("Picture", FILTER, {**fixed, **settings}, False)
        return settled(obs, "Picture", until, shots=4, seconds=30)

    return show


def is_outlined(screenshot):
    return screenshot[230, 194, :3].tolist() == [0, 255, 255]


@pytest.mark.parametrize("background", ["color", "transparent", "preset", "blur"])
def test_a_dim_person_is_brighter_and_has_a_line_around(obs, shown, tmp_path, background):
    exchange(obs, tmp_path, picture(DIM))
    settings = {"background": background, "background_color": BLUE, "background_preset": "hills"}
    before = shown(lambda seen: not is_outlined(seen), **settings)
    made = shown(is_outlined, **settings, **LOOKS)
    cv2.imwrite(str(tmp_path / f"{background}.png"), made.astype(numpy.uint8))
    assert (made[200:340, 260:380, 1] > before[200:340, 260:380, 1] + 20).all()
    assert made[230, 320, 0] < made[230, 320, 1] > made[230, 320, 2], "of the same hue"
    # The line: at both sides, above, and not where the frame cuts the person.
    for row, column in ((230, 194), (230, 445), (94, 320), (359, 194)):
        assert made[row, column, :3].tolist() == [0, 255, 255], (row, column)
    assert abs(made[359, 210:430, 1] - made[230, 320, 1]).max() <= 3
    beyond = made[230, :180]
    if background == "transparent":
        assert not beyond.any()
    elif background != "color":
        # Without any colour, and as bright as before.
        assert (beyond[:, :3].max(axis=1) - beyond[:, :3].min(axis=1)).max() <= 1
    assert (shown(lambda seen: not is_outlined(seen), **settings) == before).all(), "off is as it was"


def test_the_light_is_followed_slowly(obs, shown, tmp_path):
    exchange(obs, tmp_path, picture(LIT))
    settings = {"background": "color", "background_color": BLUE, "brighten": 100.0}
    # Whoever is well lit stays as they are, once nothing is left of the gain before.
    shown(lambda seen: abs(seen[230, 320, 1] - LIT[1]) <= 1, **settings)
    obs.start_record()
    exchange(obs, tmp_path, picture(DIM))
    brighter, no_more_lit = DIM[1] + 12, LIT[1] - 20
    wait_for(lambda: brighter < obs.screenshot("Picture")[230, 320, 1] < no_more_lit, "the gain has followed")
    frames = list(obs.frames(obs.stop_record()))
    person = numpy.array([frame[220:240, 310:330, 1].mean() for frame in frames])
    dark = int(numpy.argmin(person))
    steps = numpy.diff(person[dark:])
    print(f"from {person[dark]:.0f} to {person[-1]:.0f} in {len(steps)} frames, by {steps.max():.1f} at most")
    assert person[dark] < DIM[1] + 10
    assert steps.max() < 0.4 * (person[-1] - person[dark]), "at once it would be the whole"
    assert steps.min() > -3, "it does not flicker"
