# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds of background and the edge controls, on screenshots of a real OBS; and bad backgrounds."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import near, settled
from tests.obs.stage import BLUE, filtered, one_scene, open_obs, status, wait_until_running

FILTER = "Background Removal"
WIDTH, HEIGHT = 640, 360
PERSON = (slice(80, 280), slice(240, 400))
#: BGR of the room, in stripes: no green in it.
DARK, BRIGHT = (60, 0, 60), (200, 0, 200)
#: A patch on the person, of no colour that sRGB encoding leaves alone.
PATCH = (slice(220, 260), slice(290, 350))
SHIRT = (90, 150, 40)
ORANGE = (0, 128, 255)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """Return the path of a picture: a white block (the person) before a striped room."""
    picture = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
    for left in range(0, WIDTH, 16):
        picture[:, left : left + 16] = BRIGHT if left // 16 % 2 else DARK
    picture[PERSON] = 255
    picture[PATCH] = SHIRT
    path = tmp_path_factory.mktemp("room") / "room.png"
    cv2.imwrite(str(path), picture)
    return path


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home, room):
    """Return an OBS with the filter on the picture of the room, and a colour source and two scenes."""
    picture = collection.image("Room", room, [filtered({"model": "green"})])
    things = collection.collection(
        "Test",
        [picture, collection.color("Orange", ORANGE, (320, 360))],
        [
            collection.scene("Scene", ["Room"]),
            collection.scene("Around", ["Room"]),
            collection.scene("Aside", ["Orange"]),
        ],
        scripts=one_scene()["modules"]["scripts-tool"],
    )
    with open_obs(tmp_path_factory.mktemp("obs"), data_home, things) as opened:
        wait_until_running(opened)
        yield opened


@pytest.fixture
def shown(obs):
    """Return a function that sets settings (the others get their defaults) and takes a screenshot."""

    def show(until=lambda picture: True, **settings):
        obs.ws.set_source_filter_settings("Room", FILTER, {"model": "green", **settings}, False)
        return settled(obs, "Room", until)

    return show


def test_transparent(shown):
    picture = shown(background="transparent")
    assert tuple(picture[180, 320]) == (255, 255, 255, 255)
    assert (picture[:60, :, 3] == 0).all()
    assert (picture[:60, :, :3] == 0).all(), "premultiplied: what is transparent has no colour"


def test_color(shown):
    picture = shown(background="color", background_color=0xFF0080FF | 0)
    assert near(picture[20, 20], (0, 128, 255))
    assert near(picture[180, 320], (255, 255, 255))
    assert (picture[..., 3] == 255).all()


@pytest.mark.parametrize("background", ["transparent", "color", "blur"])
@pytest.mark.parametrize(
    "edges", [{}, {"refinement": False, "color_cleaning": False}, {"edge_softness": 2.0}]
)
def test_the_person_keeps_its_colours(shown, background, edges):
    picture = shown(background=background, **edges)
    assert near(picture[240, 320], SHIRT, 2)
    assert near(picture[180, 320], (255, 255, 255), 2)


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """Return a picture twice as wide as high: blue at the left, green in the middle, red at the right."""
    picture = numpy.zeros((100, 200, 3), numpy.uint8)
    picture[:, :50], picture[:, 50:150], picture[:, 150:] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    path = tmp_path_factory.mktemp("wide") / "wide.png"
    cv2.imwrite(str(path), picture)
    return str(path)


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        # (x, y) in the picture and the colour there; 640x360 is not quite as wide as the picture.
        ("cover", {(120, 20): (255, 0, 0), (160, 20): (0, 255, 0), (520, 340): (0, 0, 255)}),
        ("contain", {(100, 10): ORANGE, (100, 60): (255, 0, 0), (180, 30): (0, 255, 0), (600, 350): ORANGE}),
        ("stretch", {(150, 5): (255, 0, 0), (170, 355): (0, 255, 0), (490, 5): (0, 0, 255)}),
    ],
)
def test_image_fits(shown, wide, fit, expected):
    settings = {"background_path": wide, "background_fit": fit, "background_color": 0xFF0080FF}
    picture = shown(background="image", **settings)
    assert {place: tuple(picture[place[1], place[0], :3]) for place in expected} == expected
    assert near(picture[180, 320], (255, 255, 255))


def test_video_loops(shown, obs, tmp_path):
    video = cv2.VideoWriter(str(tmp_path / "v.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 30, (320, 180))
    for _ in range(15):
        video.write(numpy.full((180, 320, 3), ORANGE, numpy.uint8))
    video.release()
    settings = {"background": "video", "background_path": str(tmp_path / "v.avi")}
    shown(until=lambda picture: near(picture[20, 20], ORANGE, 12), **settings)
    # Half a second long: whatever is shown later is shown because it loops.
    for frame in obs.frames(obs.record(2.5)):
        assert near(frame[20, 20], ORANGE, 12)
    assert status(obs)["problem"] == ""


def test_another_source(shown):
    picture = shown(background="source", background_source="Orange", background_fit="stretch")
    assert near(picture[20, 20], ORANGE)
    assert near(picture[340, 620], ORANGE)


def test_blur_does_not_smear_the_person(shown):
    picture = shown(background="blur", blur=60.0)
    stripes = picture[20, 100:540, 0]
    assert stripes.max() - stripes.min() < 30, "the stripes are blurred away"
    assert picture[..., 1][:60].max() < 12, "no white of the person, in which alone is green"
    # Beside the person, beyond the alpha's own soft edge.
    assert picture[100:260, 400 + 8 : 400 + 20, 1].mean() < 12


def test_a_missing_picture_leaves_the_colour_and_is_told(shown, obs, tmp_path):
    settings = {"background": "image", "background_color": 0xFF0080FF}
    missing = str(tmp_path / "nothing.png")
    for path, words in ((missing, f"{missing} does not exist. Choose"), ("", "No picture is chosen")):
        picture = shown(background_path=path, **settings)
        assert near(picture[20, 20], ORANGE)
        wait_for(lambda words=words: words in status(obs)["problem"], "the problem says what to do", 20)
    bad = tmp_path / "bad.png"
    bad.write_text("not a picture")
    for kind in ("image", "video"):
        picture = shown(background=kind, background_path=str(bad), background_color=0xFF0080FF)
        assert near(picture[20, 20], ORANGE)
        what = "picture" if kind == "image" else "video"
        wait_for(lambda what=what: f"is not a {what}" in status(obs)["problem"], "the problem names it", 20)


def test_a_picture_larger_than_the_gpu_can_draw_is_told(shown, obs, tmp_path):
    for height, width in ((2, 40000), (40000, 2)):
        path = tmp_path / f"{width}.png"
        cv2.imwrite(str(path), numpy.zeros((height, width), numpy.uint8))
        picture = shown(background="image", background_path=str(path), background_color=0xFF0080FF)
        assert near(picture[20, 20], ORANGE)
        words = f"{path} is larger than the graphics card can draw ({width} x {height} pixels)"
        wait_for(lambda words=words: words in status(obs)["problem"], "the problem names it", 20)
    path = tmp_path / "right.png"
    cv2.imwrite(str(path), numpy.full((4, 4096), 255, numpy.uint8))
    settings = {"background": "image", "background_path": str(path)}
    shown(lambda picture: near(picture[20, 20], (255, 255, 255)), **settings)
    wait_for(lambda: not status(obs)["problem"], "nothing is wrong", 20)


def test_sources_that_cannot_be_a_background(shown, obs):
    for name in ("Around", "Room"):
        settings = {"background": "source", "background_source": name, "background_color": 0xFF0080FF}
        shown(**settings)
        wait_for(lambda: "shows this source itself" in status(obs)["problem"], "the problem says so", 20)
        picture = shown(until=lambda picture: near(picture[20, 20], ORANGE), **settings)
        assert near(picture[180, 320], (255, 255, 255))
    obs.ws.create_input("Scene", "Soon gone", "color_source_v3", {"color": 0xFF00FF00}, False)
    picture = shown(background="source", background_source="Soon gone", background_color=BLUE)
    assert near(picture[20, 20], (0, 255, 0))
    obs.ws.remove_input("Soon gone")
    wait_for(lambda: "does not exist" in status(obs)["problem"], "the problem says so", 20)
    assert near(obs.screenshot("Room")[20, 20], (255, 0, 0))
    obs.ws.create_input("Scene", "Soon gone", "color_source_v3", {"color": 0xFF00FF00}, False)
    wait_for(lambda: near(obs.screenshot("Room")[20, 20], (0, 255, 0)), "it is back under its name", 20)
    obs.ws.remove_input("Soon gone")


def test_views_show_what_the_filter_sees(shown):
    alpha = shown(background="blur", view="alpha")
    assert near(alpha[180, 320], (255, 255, 255))
    assert near(alpha[20, 20], (0, 0, 0))
    foreground = shown(background="blur", view="foreground")
    assert near(foreground[240, 320], SHIRT, 2)
    assert near(foreground[20, 20], (0, 0, 0))
    comparison = shown(background="blur", view="comparison")
    for x in (300, 340):
        assert near(comparison[240, x], (255, 255, 255)), "the shirt's alpha, not its colour"
    for x in (20, 620):
        assert near(comparison[20, x], (0, 0, 0))
    assert (alpha[..., 3] == 255).all()
