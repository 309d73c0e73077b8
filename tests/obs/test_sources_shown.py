# SPDX-License-Identifier: GPL-2.0-or-later
"""Every kind of source, with OBS' own filters before and after ours."""

from __future__ import annotations

import sys

import cv2
import numpy
import pytest

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import near, settled
from tests.obs.stage import BLUE, SCRIPT, filtered, one_scene, open_obs, statuses, wait_until_running

WIDTH, HEIGHT = 640, 360
SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}
ROOM, PERSON = (255, 0, 255), (40, 220, 90)

CROP = collection.effect("crop_filter", "Crop", {"left": 100, "right": 100, "relative": True})
SCALE = collection.effect("scale_filter", "Scale", {"resolution": "321x181", "sampling": "bilinear"})
SHADE = collection.effect("color_filter_v2", "Shade", {"opacity": 0.5})


KINDS = ("image", "upright", "4K", "media", "scene", "group")
AROUND = ("alone", "crop before", "crop after", "shade after")


def picture(width=WIDTH, height=HEIGHT):
    """Return a person in the middle third of a magenta room."""
    made = numpy.full((height, width, 3), ROOM, numpy.uint8)
    made[height // 3 :, width // 3 : 2 * width // 3] = PERSON
    return made


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return the paths of the picture: wide, upright, and as a video."""
    folder = tmp_path_factory.mktemp("files")
    cv2.imwrite(str(folder / "wide.png"), picture())
    cv2.imwrite(str(folder / "upright.png"), picture(360, 640))
    cv2.imwrite(str(folder / "large.png"), picture(3840, 2160))
    video = cv2.VideoWriter(str(folder / "video.mkv"), cv2.VideoWriter_fourcc(*"FFV1"), 30, (WIDTH, HEIGHT))
    for _ in range(30):
        video.write(picture())
    video.release()
    return folder


def things(files, kind, filters):
    """Return (sources, scenes, groups, name of the filtered source)."""
    image = collection.image("Image", files / "wide.png")
    if kind == "image":
        return [collection.image("Source", files / "wide.png", filters)], [], [], "Source"
    if kind == "upright":
        return [collection.image("Source", files / "upright.png", filters)], [], [], "Source"
    if kind == "4K":
        return [collection.image("Source", files / "large.png", filters)], [], [], "Source"
    if kind == "media":
        return [collection.clip("Source", files / "video.mkv", filters)], [], [], "Source"
    if kind == "scene":
        return [image], [collection.scene("Source", ["Image"], filters)], [], "Source"
    return [image], [], [collection.group("Source", ["Image"], (WIDTH, HEIGHT), filters)], "Source"


SHOWN = [(kind, around) for kind in KINDS for around in AROUND]
# Scaling is the same for all sources but for a group, which is drawn by its scene.
SHOWN += [(kind, around) for kind in ("media", "group") for around in ("scale before", "scale after")]


@pytest.mark.parametrize(("kind", "around"), SHOWN)
def test_person_kept_and_room_gone(tmp_path, data_home, files, kind, around):
    ours = filtered(SETTINGS)
    filters = {
        "alone": [ours],
        "crop before": [CROP, ours],
        "crop after": [ours, CROP],
        "shade after": [ours, SHADE],
        "scale before": [SCALE, ours],
        "scale after": [ours, SCALE],
    }[around]
    sources, scenes, groups, name = things(files, kind, filters)
    main = collection.scene("Scene", ["Black", collection.item(name, fit=(WIDTH, HEIGHT))])
    sources = [*sources, collection.color("Black", (0, 0, 0), (WIDTH, HEIGHT))]
    made = collection.collection(
        "Test", sources, [main, *scenes], groups, [collection.script(SCRIPT)], current="Scene"
    )
    person, background, tolerance = PERSON, (255, 0, 0), 4
    if around == "shade after":
        # Half transparent on black, in linear light.
        person, background = ([_half(value) for value in color] for color in (person, background))
        tolerance = 6

    def person_kept(picture):
        return near(picture[2 * HEIGHT // 3, WIDTH // 2], person, tolerance)

    with open_obs(tmp_path, data_home, made, size=(WIDTH, HEIGHT)) as obs:
        wait_until_running(obs)
        # Only the person is waited for: the room has to be gone by then.
        shown = settled(obs, "Scene", person_kept)
        report = obs.stop()
    assert report.code == 0
    assert shown.shape[:2] == (HEIGHT, WIDTH)
    green, red = shown[..., 1], shown[..., 2]
    assert ((red > 100) & (green < 80)).sum() <= 0.004 * WIDTH * HEIGHT, "room, beyond the soft edge"
    assert near(shown[10, 10], background, tolerance)


def _half(value):
    linear = ((value / 255 + 0.055) / 1.055) ** 2.4 if value / 255 > 0.04045 else value / 255 / 12.92
    linear /= 2
    return round(255 * (1.055 * linear ** (1 / 2.4) - 0.055 if linear > 0.0031308 else linear * 12.92))


def test_text_has_a_filter_too(tmp_path, data_home):
    """Nothing in a white text is green alone, so all of it is person; what is transparent stays so."""
    source = collection.text("Text", "Hello", [filtered({**SETTINGS, "background": "transparent"})])
    made = collection.collection(
        "Test", [source], [collection.scene("Scene", ["Text"])], scripts=[collection.script(SCRIPT)]
    )
    with open_obs(tmp_path, data_home, made) as obs:
        wait_for(lambda: statuses(obs) and statuses(obs)[0]["state"] == "running", "running")
        shown = obs.screenshot("Text")
        assert obs.stop().code == 0
    assert shown[..., 3].max() > 200
    assert shown[..., 3].min() == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="captures an X screen")
def test_captured_screen(tmp_path, data_home, files):
    """A full-screen projector shows the picture, and a source captures the screen."""
    sources = [
        collection.image("Picture", files / "wide.png"),
        collection.source("xshm_input", "Source", {"show_cursor": False}, [filtered(SETTINGS)]),
    ]
    with open_obs(tmp_path, data_home, one_scene(*sources)) as obs:
        wait_until_running(obs)
        obs.ws.send("OpenSourceProjector", {"sourceName": "Picture", "monitorIndex": 0})

        def covered():
            shown = obs.screenshot("Source").astype(int)
            green, red = shown[..., 1], shown[..., 2]
            return (
                near(shown[shown.shape[0] // 2, shown.shape[1] // 2], PERSON)
                and ((red > 100) & (green < 80)).mean() < 0.004
            )

        wait_for(covered, "the person is there and the room is not", 20)
        assert obs.stop().code == 0
