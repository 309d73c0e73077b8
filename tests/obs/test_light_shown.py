# SPDX-License-Identifier: GPL-2.0-or-later
"""Light on screenshots of a real OBS: the lens' blur, and what the background's light does to the person."""

from __future__ import annotations

import time

import cv2
import numpy
import pytest

from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import settled
from tests.obs.stage import exchange, filtered_picture, wait_until_running

FILTER = "Background Removal"
WIDTH, HEIGHT = 640, 360
#: Green tells the test network what is person.
GREY, BRIGHT = (150, 150, 150), (255, 255, 255)


def wall():
    """Return a dark wall, float [HEIGHT, WIDTH, 3]: it gets brighter to the right, with stripes."""
    across = numpy.arange(WIDTH, dtype=numpy.float32)
    level = 12 + 20 * across / WIDTH + 8 * (across // 20 % 2)
    return (
        level[None, :, None]
        * numpy.array([1.2, 0.8, 1.0], numpy.float32)
        * numpy.ones((HEIGHT, 1, 1), numpy.float32)
    )


def figure():
    """Return a person's alpha, float [HEIGHT, WIDTH, 1]: head and shoulders, not jagged."""
    large = numpy.zeros((4 * HEIGHT, 4 * WIDTH), numpy.uint8)
    cv2.circle(large, (4 * 320, 4 * 130), 4 * 70, 255, -1)
    cv2.ellipse(large, (4 * 320, 4 * 340), (4 * 150, 4 * 140), 0, 0, 360, 255, -1)
    alpha = cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return alpha[..., None].astype(numpy.float32) / 255


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home):
    """Return an OBS with the filter on a picture that can be exchanged."""
    white = numpy.full((HEIGHT, WIDTH, 3), 255, numpy.uint8)
    with filtered_picture(tmp_path_factory.mktemp("light"), data_home, "green", white) as opened:
        wait_until_running(opened)
        yield opened


@pytest.fixture
def shown(obs, tmp_path):
    """Return a function that shows a picture with settings and returns the screenshot, int BGRA."""

    def show(picture, **settings):
        exchange(obs, tmp_path, picture)
        # The same part of every picture is seen by the network: two of them are compared.
        fixed = {"model": "green", "crop_to_people": False}
        obs.ws.set_source_filter_settings("Picture", FILTER, {**fixed, **settings}, False)
        # Light changes slowly: two screenshots may be the same on the way.
        return settled(obs, "Picture", shots=4, seconds=30)

    return show


def image(tmp_path, bgr):
    """Return the path of a picture of one colour."""
    path = tmp_path / f"behind-{'-'.join(map(str, bgr))}.png"
    cv2.imwrite(str(path), numpy.full((90, 160, 3), bgr, numpy.uint8))
    return str(path)


@pytest.mark.parametrize("strength", [10.0, 40.0, 100.0])
def test_no_halo_around_a_bright_person(shown, strength):
    alpha = figure()
    with_person = alpha * BRIGHT + (1 - alpha) * wall()
    truth = shown(wall(), background="blur", blur=strength)
    picture = shown(with_person, background="blur", blur=strength)
    alpha_shown = shown(with_person, background="blur", blur=strength, view="alpha")[..., 0]
    beyond = cv2.distanceTransform((alpha[..., 0] == 0).astype(numpy.uint8), cv2.DIST_L2, 5)
    around = (beyond > 0) & (beyond <= 12) & (alpha_shown == 0)
    assert around.sum() > 2000
    difference = (picture - truth)[around][:, :3].mean(axis=0)
    print(
        f"blur {strength:.0f} %: within 12 px of the contour the mean is off by {difference.round(2)} / 255"
    )
    assert numpy.abs(difference).max() < 3


def test_the_blur_grows_with_the_distance_from_the_person(shown):
    alpha = figure()
    room = 3 * wall()
    with_person = alpha * BRIGHT + (1 - alpha) * room
    even = shown(with_person, background="blur", blur=100.0)
    picture = shown(with_person, background="blur", blur=100.0, depth_look=True)
    alpha_shown = shown(with_person, background="blur", view="alpha")[..., 0]
    beyond = cv2.distanceTransform((alpha_shown == 0).astype(numpy.uint8), cv2.DIST_L2, 5)
    beside = (beyond > 0) & (beyond <= 8) & (numpy.arange(HEIGHT)[:, None] > 240)
    assert beside.sum() > 500
    off, off_evenly = (numpy.abs(one[..., :3] - with_person)[beside].mean() for one in (picture, even))
    print(f"depth look: the room beside the person is off by {off:.2f} / 255, evenly by {off_evenly:.2f}")
    assert off < 2 and off_evenly > 6
    # In the far corner it is as ever.
    assert numpy.abs(picture - even)[:60, :60].max() <= 2


def test_a_light_becomes_a_disc(shown):
    picture = numpy.full((HEIGHT, WIDTH, 3), 10.0)
    picture[200:280, 60:140] = BRIGHT  # somebody
    picture[98:103, 448:453] = (255, 100, 255)
    screenshot = shown(picture, background="blur", blur=60.0)
    radius = 0.06 * HEIGHT
    light = screenshot[..., 2] - 10
    distance = numpy.hypot(*(numpy.mgrid[:HEIGHT, :WIDTH] - numpy.array([100, 450])[:, None, None]))
    middle, outer = light[distance < 0.3 * radius].mean(), light[abs(distance / radius - 0.75) < 0.1].mean()
    assert middle > 10
    # At these distances a Gaussian of the same spread has fallen to a third.
    assert outer > 0.6 * middle
    assert light[(distance > 1.4 * radius) & (distance < 3 * radius)].mean() < 0.05 * middle


def test_a_plain_wall_stays_as_it_is(shown):
    picture = numpy.full((HEIGHT, WIDTH, 3), (200.0, 90.0, 240.0))
    picture[200:280, 60:140] = BRIGHT
    screenshot = shown(picture, background="blur", blur=60.0)
    assert numpy.abs(screenshot[:150, 200:, :3] - (200, 90, 240)).max() <= 2


@pytest.mark.parametrize("kind", ["color", "image", "blur"])
def test_light_comes_around_the_edge(shown, tmp_path, kind):
    settings = {
        "background": kind,
        "background_color": 0xFFFFFFFF,
        "background_path": image(tmp_path, (255, 255, 255)),
    }
    picture = numpy.full((HEIGHT, WIDTH, 3), (255.0, 90.0, 255.0))
    picture[100:, 200:440] = (30, 140, 30)
    plain = shown(picture, **settings)
    wrapped = shown(picture, light_wrap=80.0, **settings)
    brighter = (wrapped - plain)[230, :, 2]
    assert brighter[205:210].mean() > 20, "just inside of the edge"
    assert abs(brighter[300:340]).max() <= 1, "the middle of the person"
    assert abs(brighter[:190]).max() <= 1, "the background"
    assert (numpy.diff(brighter[206:300]) <= 1).all(), "it only falls from the edge to the middle"


def test_the_person_takes_on_the_light_of_the_picture(shown, tmp_path):
    picture = numpy.full((HEIGHT, WIDTH, 3), (255.0, 90.0, 255.0))
    picture[100:, 200:440] = GREY
    settings = {"background": "image", "background_path": image(tmp_path, (60, 110, 160))}
    plain = shown(picture, **settings)[250, 320, :3]
    assert numpy.abs(plain - GREY).max() <= 1
    blue, green, red = shown(picture, light_matching=100.0, **settings)[250, 320, :3]
    assert blue < green < red, "its tint is warm now"
    assert green < 150, "and darker, as the picture is"
    # Clamped: never more than by half a stop up, a stop down, and a quarter of tint.
    assert all(0.5 / 1.25 - 0.02 <= (one / 150) ** 2.2 <= 1.5 * 1.25 + 0.02 for one in (blue, green, red))
    half = shown(picture, light_matching=50.0, **settings)[250, 320, :3]
    assert blue < half[0] < 150


def test_the_light_changes_slowly(obs, shown, tmp_path):
    picture = numpy.full((HEIGHT, WIDTH, 3), (255.0, 90.0, 255.0))
    picture[100:, 200:440] = GREY
    settings = {"background": "image", "light_matching": 100.0}
    dark, bright = image(tmp_path, (60, 60, 60)), image(tmp_path, (250, 250, 250))
    before = shown(picture, **settings, background_path=dark)[250, 320, 1]
    obs.start_record()
    # Frames before the change have to be in the recording.
    time.sleep(0.5)
    obs.ws.set_source_filter_settings("Picture", FILTER, {"background_path": bright}, True)
    # Until the light stands still: it never quite arrives.
    wait_for(
        lambda: (
            obs.screenshot("Picture")[50, 50, 1] > 240
            and obs.screenshot("Picture")[250, 320, 1] > before + 40
        ),
        "the person got brighter",
    )
    frames = list(obs.frames(obs.stop_record()))
    behind = numpy.array([frame[50, 50, 1] for frame in frames], int)
    person = numpy.array([frame[240:260, 310:330, 1].mean() for frame in frames])
    first = int(numpy.argmax(behind > 240))
    assert first and behind[first - 1] < 70, "the background changes from one frame to the next"
    steps = numpy.diff(person[first - 1 :])
    print(f"the person's brightest step of {person[-1] - before:.0f} is {steps.max():.1f}")
    # At once it would be the whole; a busy machine may leave a few frames out of the recording.
    assert steps.max() < 0.25 * (person[-1] - before)
