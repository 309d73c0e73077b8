# SPDX-License-Identifier: GPL-2.0-or-later
"""People inside an area alone, and the room without people, in a real OBS."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import near, settled
from tests.obs.stage import BLUE, filtered, make_home, one_scene, open_obs, status, wait_until_running

FILTER = "Background Removal"
WIDTH, HEIGHT = 640, 360
#: BGR. There is no green in the room: the network of the test takes what is green for people.
ROOM, PERSON, BEHIND = (120, 0, 160), (255, 255, 255), (255, 0, 0)
#: The one at the left, and the one at the right: columns.
LEFT, RIGHT = slice(80, 240), slice(400, 560)
ROWS = slice(80, 360)
SETTINGS = {"model": "green", "background": "color", "background_color": BLUE}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Return the path of a picture: two people before a room."""
    picture = numpy.full((HEIGHT, WIDTH, 3), ROOM, numpy.uint8)
    picture[ROWS, LEFT] = picture[ROWS, RIGHT] = PERSON
    path = tmp_path_factory.mktemp("picture") / "two.png"
    cv2.imwrite(str(path), picture)
    return path


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home, file):
    """Return an OBS with the filter on that picture."""
    source = collection.image("Room", file, [filtered(SETTINGS)])
    with open_obs(tmp_path_factory.mktemp("obs"), data_home, one_scene(source)) as opened:
        wait_until_running(opened)
        yield opened


@pytest.fixture
def shown(obs):
    """Return a function that sets settings (the others get their defaults) and takes a screenshot."""

    def show(until=lambda picture: True, **settings):
        obs.ws.set_source_filter_settings("Room", FILTER, {**SETTINGS, **settings}, False)
        return settled(obs, "Room", until)[..., :3]

    return show


def all_near(part, color):
    return bool((numpy.abs(part - numpy.array(color)) <= 3).all())


def nobody_at_the_right(picture):
    return near(picture[200, 480], BEHIND)


@pytest.mark.parametrize("crop", [True, False])
@pytest.mark.parametrize("refinement", [True, False])
def test_beyond_the_area_all_is_room(shown, crop, refinement):
    area = {"area_left": 20.0, "area_right": 80.0, "area_top": 50.0}
    options = {"crop_to_people": crop, "refinement": refinement}
    picture = shown(lambda picture: near(picture[300, 480], PERSON), **area, **options)
    left, right, top = WIDTH // 5, WIDTH * 4 // 5, HEIGHT // 2
    assert all_near(picture[:, :left], BEHIND)
    assert all_near(picture[:, right:], BEHIND)
    assert all_near(picture[:top], BEHIND)
    # Inside, from a few pixels on: the network's picture is smaller, and so the border is soft.
    within = 14
    assert all_near(picture[top + within :, left + within : 240 - within], PERSON)
    assert all_near(picture[top + within :, 400 + within : right - within], PERSON)
    assert all_near(picture[top:, 240 + within : 400 - within], BEHIND)


def test_the_area_follows_its_sliders_and_an_empty_one_holds_nobody(obs, shown):
    assert near(shown(lambda picture: near(picture[200, 480], PERSON))[200, 160], PERSON)
    picture = shown(nobody_at_the_right, area_right=50.0)
    assert near(picture[200, 160], PERSON)
    assert "inside the area" in status(obs)["text"]
    picture = shown(lambda picture: near(picture[200, 160], BEHIND), area_right=30.0, area_left=30.0)
    assert all_near(picture, BEHIND)
    assert "area is empty" in status(obs)["text"]


def test_the_person_in_front_is_one_inside_the_area(tmp_path, data_home):
    """Beside a larger one outside, a poster say, they would be room."""
    picture = numpy.full((HEIGHT, WIDTH, 3), ROOM, numpy.uint8)
    picture[20:, 20:300] = picture[200:, 420:520] = PERSON
    cv2.imwrite(str(tmp_path / "poster.png"), picture)
    settings = {**SETTINGS, "keep": "front", "area_left": 50.0}
    source = collection.image("Room", tmp_path / "poster.png", [filtered(settings)])
    with open_obs(tmp_path / "obs", data_home, one_scene(source)) as obs:
        wait_until_running(obs)
        shown = settled(obs, "Room", lambda picture: near(picture[280, 470], PERSON))[..., :3]
        assert all_near(shown[:, : WIDTH // 2], BEHIND)
        assert "nobody else is seen" in status(obs)["text"]


def test_the_alpha_view_shows_the_area(shown):
    picture = shown(lambda picture: picture[200, 480, 2] > 60, view="alpha", area_right=50.0)
    assert all_near(picture[200, 120:200], (255, 255, 255))
    beyond = picture[:, WIDTH // 2 + 1 :]
    assert (beyond[..., 2] > beyond[..., 0] + 40).all() and (beyond[..., 2] > beyond[..., 1] + 40).all()
    assert all_near(picture[:70, : WIDTH // 2], (0, 0, 0))


@pytest.mark.parametrize("background", ["color", "transparent", "blur"])
def test_inverted_the_room_is_shown_and_people_are_hidden(obs, shown, background):
    def people_are_hidden(picture):
        return not near(picture[200, 480], PERSON, 60) and near(picture[20, 320], ROOM)

    picture = shown(people_are_hidden if background != "blur" else lambda picture: True,
                    invert=True, background=background, blur=100.0)  # fmt: skip
    assert all_near(picture[:60], ROOM), "all of the room, also far from anybody"
    assert all_near(picture[:, 260:380], ROOM)
    people = picture[100:, 100:220]
    expected = {"color": BEHIND, "transparent": (0, 0, 0), "blur": PERSON}[background]
    assert all_near(people, expected), "a blurred person has nothing of the room"
    assert "ROOM IS SHOWN" in status(obs)["text"]


def test_inverted_somebody_outside_of_the_area_is_room(shown):
    picture = shown(lambda picture: near(picture[200, 160], BEHIND), invert=True, area_right=50.0)
    assert all_near(picture[100:, 420:540], PERSON)


def test_inverted_everything_is_hidden_without_an_alpha(tmp_path, model_folders, file):
    home = make_home(tmp_path / "home", model_folders)
    (home / "models" / "green" / "model.onnx").write_bytes(b"no model")
    source = collection.image("Room", file, [filtered({**SETTINGS, "invert": True})])
    with open_obs(tmp_path / "obs", home, one_scene(source)) as opened:
        wait_for(lambda: status(opened)["problem"], "a problem is reported")
        frames = opened.frames(opened.record(1.0))
    assert frames
    assert all(all_near(frame.astype(int), BEHIND) for frame in frames)


def test_only_the_person_in_front_is_shown(tmp_path, data_home):
    """A second one comes in, smaller, walks behind the first one, and out again."""
    clip = tmp_path / "crossing.mkv"
    video = cv2.VideoWriter(str(clip), cv2.VideoWriter_fourcc(*"FFV1"), 30, (WIDTH, HEIGHT))
    for number in range(180):
        frame = numpy.full((HEIGHT, WIDTH, 3), ROOM, numpy.uint8)
        left = int(-100 + (WIDTH + 100) * number / 150)
        frame[150:330, max(left, 0) : max(left + 100, 0)] = (0, 255, 255)
        frame[90:, 240:440] = PERSON
        video.write(frame)
    video.release()
    settings = {**SETTINGS, "keep": "front", "refinement": False, "color_cleaning": False}
    with open_obs(
        tmp_path / "obs", data_home, one_scene(collection.clip("Clip", clip, [filtered(settings)]))
    ) as obs:
        wait_until_running(obs)
        wait_for(lambda: "1 other counts as room" in status(obs)["text"], "the other one is noticed")
        wait_for(lambda: "nobody else" in status(obs)["text"], "the other one has gone")
        frames = obs.frames(obs.record(7.0))
    shares, first = [], []
    for frame in frames:
        yellow = (frame[..., 1] > 150) & (frame[..., 2] > 150) & (frame[..., 0] < 100)
        shares.append(float(yellow.mean()))
        first.append(float((frame[120:340, 260:420] > 200).all(axis=2).mean()))
    print(
        f"the other one: {100 * numpy.mean(shares):.2f} % of the picture, {100 * max(shares):.2f} % at most"
    )
    print(f"the one in front: {100 * min(first):.1f} % at least")
    # Kept, they would be 5 % of the picture in the mean. A slow machine sees them in leaps.
    assert numpy.mean(shares) < 0.015
    assert min(first) > 0.95
