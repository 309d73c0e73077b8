# SPDX-License-Identifier: GPL-2.0-or-later
"""A source that is itself transparent in places stays so, behind every background and in every view."""

from __future__ import annotations

import cv2
import numpy
import pytest

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import near, settled
from tests.obs.stage import filtered, one_scene, open_obs, wait_until_running

FILTER = "Background Removal"
WIDTH, HEIGHT = 640, 360
#: BGR. The room has no green in it: to the network "green", all green is the person.
ROOM, PERSON, ORANGE, BELOW = (200, 0, 200), (40, 220, 90), (0, 128, 255), (90, 90, 90)
#: Where the source is transparent, half transparent, room and person: (x, y).
NOTHING, HALF, AT_ROOM, AT_PERSON = (60, 180), (580, 180), (220, 40), (320, 200)
#: Room beside the transparent part: what is not there must not darken the blur.
BESIDE = (166, 180)
#: Each kind of background, with the colour that it has in these tests; None: transparent.
KINDS = {
    "transparent": None,
    "blur": ROOM,
    "color": ORANGE,
    "preset": "as without transparency",
    "image": ORANGE,
    "video": ORANGE,
    "source": ORANGE,
}
VIEWS = {"alpha": ((0, 0, 0), (255, 255, 255)), "foreground": ((0, 0, 0), PERSON)}
VIEWS["comparison"] = VIEWS["alpha"]
SOURCES = ("Picture", "Masked")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return the folder of the pictures, and of the video that is a background."""
    folder = tmp_path_factory.mktemp("files")
    whole = numpy.full((HEIGHT, WIDTH, 4), (*ROOM, 255), numpy.uint8)
    whole[100:300, 260:380] = (*PERSON, 255)
    opacity = numpy.full((HEIGHT, WIDTH), 255, numpy.uint8)
    opacity[:, :160], opacity[:, 520:] = 0, 128
    cv2.imwrite(str(folder / "whole.png"), whole)
    cv2.imwrite(str(folder / "own.png"), numpy.dstack([whole[..., :3], opacity]))
    cv2.imwrite(str(folder / "mask.png"), numpy.dstack([opacity * 0 + 255] * 3 + [opacity]))
    cv2.imwrite(str(folder / "orange.png"), numpy.full((HEIGHT, WIDTH, 3), ORANGE, numpy.uint8))
    video = cv2.VideoWriter(str(folder / "orange.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 30, (WIDTH, HEIGHT))
    for _ in range(30):
        video.write(numpy.full((HEIGHT, WIDTH, 3), ORANGE, numpy.uint8))
    video.release()
    return folder


@pytest.fixture(scope="module")
def obs(tmp_path_factory, data_home, files):
    """Return an OBS with the filter on sources that are transparent in places, and on an empty scene."""
    ours = filtered({"model": "green"})
    mask = {"type": "mask_alpha_filter.effect", "image_path": str(files / "mask.png")}
    # Else OBS multiplies a picture's encoded values with its alpha: what is half transparent becomes darker.
    own = {"file": str(files / "own.png"), "linear_alpha": True}
    sources = [
        collection.color("Below", BELOW, (WIDTH, HEIGHT)),
        collection.source("image_source", "Picture", own, [ours]),
        collection.image(
            "Masked", files / "whole.png", [collection.effect("mask_filter_v2", "Mask", mask), ours]
        ),
        collection.image("Whole", files / "whole.png", [ours]),
        collection.color("Orange", ORANGE, (WIDTH, HEIGHT)),
    ]
    scenes = [
        collection.scene("Scene", ["Whole", "Masked", "Empty", "Below", "Picture"]),
        collection.scene("Empty", [], [ours]),
    ]
    scripts = one_scene()["modules"]["scripts-tool"]
    made = collection.collection("Test", sources, scenes, scripts=scripts)
    with open_obs(tmp_path_factory.mktemp("obs"), data_home, made, size=(WIDTH, HEIGHT)) as opened:
        wait_until_running(opened, 4)
        yield opened


def choose(obs, files, **settings):
    """Have all filters take these settings."""
    paths = {"image": "orange.png", "video": "orange.avi"}
    settings = {"model": "green", "background_color": 0xFF0080FF, "background_source": "Orange", **settings}
    if settings.get("background") in paths:
        settings["background_path"] = str(files / paths[settings["background"]])
    for name in ("Picture", "Masked", "Whole", "Empty"):
        obs.ws.set_source_filter_settings(name, FILTER, settings, False)


def await_pixels(obs, source, expected):
    """Wait until a screenshot has these pixels: BGRA by (x, y)."""
    seen = {}

    def right():
        shot = obs.screenshot(source)
        seen.update({(x, y): tuple(map(int, shot[y, x])) for x, y in expected})
        return all(
            near(seen[at], one[:3], 6) and abs(seen[at][3] - one[3]) < 3 for at, one in expected.items()
        )

    try:
        wait_for(right, "the pixels are right", seconds=20)
    except TimeoutError:
        raise AssertionError(f"{source} has {seen} instead of {expected}") from None


def halved(color):
    return (*(round(value * 128 / 255) for value in color), 128)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("more", [{}, {"light_wrap": 50.0}, {"refinement": False, "color_cleaning": False}])
@pytest.mark.parametrize("kind", KINDS)
def test_backgrounds(obs, files, kind, more, source):
    choose(obs, files, background=kind, **more)
    behind = KINDS[kind]
    room, half, beside = (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)
    if kind == "preset":
        await_pixels(obs, source, {NOTHING: (0, 0, 0, 0)})
        whole = settled(obs, "Whole")
        room, beside = (tuple(whole[y, x]) for x, y in (AT_ROOM, BESIDE))
        half = halved(whole[HALF[1], HALF[0], :3])
    elif behind:
        room, beside, half = (*behind, 255), (*behind, 255), halved(behind)
    expected = {NOTHING: (0, 0, 0, 0), HALF: half, AT_ROOM: room, BESIDE: beside, AT_PERSON: (*PERSON, 255)}
    await_pixels(obs, source, expected)
    await_pixels(obs, "Empty", dict.fromkeys([NOTHING, AT_PERSON], (0, 0, 0, 0)))


@pytest.mark.parametrize("kind", ["blur", "color"])
def test_in_the_scene_what_lies_below_is_seen(obs, files, kind):
    choose(obs, files, background=kind)
    expected = {NOTHING: (*BELOW, 255), AT_ROOM: (*KINDS[kind], 255), AT_PERSON: (*PERSON, 255)}
    await_pixels(obs, "Scene", expected)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("view", VIEWS)
def test_views(obs, files, view, source):
    choose(obs, files, view=view)
    room, person = VIEWS[view]
    expected = {NOTHING: (0, 0, 0, 0), HALF: halved(room), AT_ROOM: (*room, 255), AT_PERSON: (*person, 255)}
    await_pixels(obs, source, expected)
    await_pixels(obs, "Empty", dict.fromkeys([NOTHING, AT_PERSON], (0, 0, 0, 0)))


@pytest.mark.parametrize("kind", KINDS)
def test_without_an_alpha(obs, files, kind):
    """What stands in for the person while there is no alpha has the source's transparency, too."""
    choose(obs, files, background=kind, model="missing")
    for source in SOURCES:
        await_pixels(obs, source, {NOTHING: (0, 0, 0, 0)})
