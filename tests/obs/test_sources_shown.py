# SPDX-License-Identifier: GPL-2.0-or-later
"""Every kind of source, with OBS' own filters before and after ours."""

from __future__ import annotations

import time

import cv2
import numpy
import pytest

from obs_bgremove.demo import collection
from obs_bgremove.demo.private_obs import wait_for
from tests.obs.stage import BLUE, SCRIPT, filtered, open_obs, statuses, wait_until_running

WIDTH, HEIGHT = 640, 360
SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}
ROOM, PERSON = (255, 0, 255), (40, 220, 90)

CROP = collection.effect("crop_filter", "Crop", {"left": 100, "right": 100, "relative": True})
SHADE = collection.effect("color_filter_v2", "Shade", {"opacity": 0.5})


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


def near(color, expected, tolerance=4):
    return numpy.abs(numpy.asarray(color[:3], int) - numpy.asarray(expected)).max() <= tolerance


@pytest.mark.parametrize("kind", ["image", "upright", "4K", "media", "scene", "group"])
@pytest.mark.parametrize("around", ["alone", "crop before", "crop after", "shade after"])
def test_person_kept_and_room_gone(tmp_path, test_home, files, kind, around):
    ours = filtered(SETTINGS)
    filters = {
        "alone": [ours],
        "crop before": [CROP, ours],
        "crop after": [ours, CROP],
        "shade after": [ours, SHADE],
    }[around]
    sources, scenes, groups, name = things(files, kind, filters)
    main = collection.scene("Scene", ["Black", collection.item(name, fit=(WIDTH, HEIGHT))])
    sources = [*sources, collection.color("Black", (0, 0, 0), (WIDTH, HEIGHT))]
    made = collection.collection(
        "Test", sources, [main, *scenes], groups, [collection.script(SCRIPT)], current="Scene"
    )
    with open_obs(tmp_path, test_home, made, size=(WIDTH, HEIGHT)) as obs:
        wait_until_running(obs)
        time.sleep(0.3)
        shown = obs.screenshot("Scene", (WIDTH, HEIGHT)).astype(int)
        report = obs.stop()
    assert report.code == 0
    green, red = shown[..., 1], shown[..., 2]
    assert ((red > 100) & (green < 80)).sum() <= 0.004 * WIDTH * HEIGHT, "room, beyond the soft edge"
    half = 0.5 if around == "shade after" else 1.0
    middle = shown[2 * HEIGHT // 3, WIDTH // 2]
    corner = shown[10, 10]
    if half == 1.0:
        assert near(middle, PERSON)
        assert near(corner, (255, 0, 0))
    else:
        # Half transparent on black, in linear light.
        assert near(middle, [_half(value) for value in PERSON], 6)
        assert near(corner, (_half(255), 0, 0), 6)


def _half(value):
    linear = ((value / 255 + 0.055) / 1.055) ** 2.4 if value / 255 > 0.04045 else value / 255 / 12.92
    linear /= 2
    return round(255 * (1.055 * linear ** (1 / 2.4) - 0.055 if linear > 0.0031308 else linear * 12.92))


def test_text_has_a_filter_too(tmp_path, test_home):
    """Nothing in a white text is green alone, so all of it is person; what is transparent stays so."""
    source = collection.text("Text", "Hello", [filtered({**SETTINGS, "background": "transparent"})])
    made = collection.collection(
        "Test", [source], [collection.scene("Scene", ["Text"])], scripts=[collection.script(SCRIPT)]
    )
    with open_obs(tmp_path, test_home, made) as obs:
        wait_for(lambda: statuses(obs) and statuses(obs)[0]["state"] == "running", "running")
        shown = obs.screenshot("Text")
        assert obs.stop().code == 0
    assert shown[..., 3].max() > 200
    assert shown[..., 3].min() == 0
