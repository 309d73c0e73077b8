# SPDX-License-Identifier: GPL-2.0-or-later
"""HDR: what the filter draws on a Rec. 2100 canvas, read back in floats; and HDR sources on an SDR canvas."""

from __future__ import annotations

import shutil
import subprocess

import cv2
import numpy
import pytest

from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.stage import BLUE, SCRIPT, filtered, open_obs, status, wait_until_running

WIDTH, HEIGHT = 640, 360
FILTER = "Background Removal"
SETTINGS = {"background": "color", "background_color": BLUE, "model": "green"}
READER = installed.PROJECT / "tests" / "obs" / "canvas_script.py"
#: The canvas is wider than the source: at its right end is what OBS draws without the filter.
CANVAS = (2 * WIDTH, HEIGHT)
MIDDLE, CORNER, BARE = (WIDTH // 2, HEIGHT // 2), (10, 10), (WIDTH + WIDTH // 2, HEIGHT // 2)
BARE_CORNER = (WIDTH + 10, 10)

SPACES = {"PQ": "2100PQ", "HLG": "2100HLG"}


def pq(nits: float) -> float:
    """Return the code value, 0 to 1, of a luminance (SMPTE ST 2084)."""
    power = (nits / 10000) ** 0.1593017578
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def decoded(value: float) -> float:
    """Return the linear value of an sRGB-encoded byte."""
    value /= 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return where the test pictures and clips are."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def hdr_clip(folder):
    """Return a clip in PQ, ten bits: a person of 1000 nits before a magenta room of 100 nits."""
    ffmpeg = shutil.which("ffmpeg")
    if not ffmpeg:
        pytest.skip("needs ffmpeg to make an HDR clip (Debian, Ubuntu: apt install ffmpeg)")
    # Non-linear R'G'B' to Y'CbCr of Rec. 2020, limited range, ten bits.
    planes = [
        numpy.empty((HEIGHT, WIDTH), "<u2"),
        *(numpy.empty((HEIGHT // 2, WIDTH // 2), "<u2") for _ in "bv"),
    ]

    def paint(part, red, green, blue):
        luma = 0.2627 * red + 0.678 * green + 0.0593 * blue
        codes = luma * 876 + 64, (blue - luma) / 1.8814 * 896 + 512, (red - luma) / 1.4746 * 896 + 512
        for plane, code, divisor in zip(planes, codes, (1, 2, 2)):
            plane[tuple(slice(one.start // divisor, one.stop // divisor) for one in part)] = round(code)

    paint((slice(0, HEIGHT), slice(0, WIDTH)), pq(100), pq(0), pq(100))
    paint((slice(80, 280), slice(240, 400)), pq(1000), pq(1000), pq(1000))
    raw, path = folder / "hdr.yuv", folder / "hdr.mkv"
    raw.write_bytes(b"".join(plane.tobytes() for plane in planes) * 30)
    command = (
        f"{ffmpeg} -v error -y -f rawvideo -pix_fmt yuv420p10le -s {WIDTH}x{HEIGHT} -r 30 -i {raw} -c:v ffv1"
    )
    # As options of the output, ffmpeg 7.1 and newer drop them.
    color = "setparams=range=tv:color_trc=smpte2084:color_primaries=bt2020:colorspace=bt2020nc"
    subprocess.run([*command.split(), "-vf", color, str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def picture(folder):
    """Return an SDR picture: a grey person before a magenta room."""
    made = numpy.full((HEIGHT, WIDTH, 3), (200, 0, 200), numpy.uint8)
    made[80:280, 240:400] = 188
    cv2.imwrite(str(folder / "sdr.png"), made)
    return folder / "sdr.png"


def opened(tmp_path, data_home, source, space, more=(), groups=()):
    """Return an OBS that shows "Source" at the left and at the right "Bare", the same without the filter."""
    bare = {**source, "name": "Bare", "filters": []}
    main = collection.scene("Scene", ["Source", collection.item("Bare", (WIDTH, 0))])
    aside = collection.scene("Aside", [one["name"] for one in more])
    things = collection.collection(
        "Test",
        [source, bare, *more],
        [main, aside],
        groups,
        [collection.script(SCRIPT), collection.script(READER)],
    )
    video = {"ColorFormat": "P010", "ColorSpace": SPACES[space]} if space in SPACES else {}
    return open_obs(tmp_path, data_home, things, size=CANVAS, sections={"Video": video})


def at(obs, place):
    """Return the colour of the canvas there: linear red, green, blue."""
    found = obs.vendor("read", {"x": place[0], "y": place[1]}, vendor="canvas")
    return [found[name] for name in ("red", "green", "blue")]


def becomes(obs, place, light):
    """Wait until the canvas has that light (see ``at``) there: a background may have to be made first."""
    wait_for(lambda: at(obs, place) == pytest.approx(light, abs=0.01), f"{light} at {place}", 20)


@pytest.mark.parametrize("space", SPACES)
def test_sdr_source_on_an_hdr_canvas(tmp_path, data_home, picture, space):
    source = collection.image("Source", picture, [filtered(SETTINGS)])
    with opened(tmp_path, data_home, source, space) as obs:
        wait_until_running(obs)
        becomes(obs, CORNER, [0, 0, 1])
        assert at(obs, MIDDLE) == pytest.approx([decoded(188)] * 3, abs=0.006)
        assert at(obs, MIDDLE) == pytest.approx(at(obs, BARE), abs=0.006)
        assert at(obs, CORNER) == pytest.approx([0, 0, 1], abs=0.006)
        for background in ("blur", "transparent", "preset"):
            obs.ws.set_source_filter_settings("Source", FILTER, {"background": background}, True)
            if background == "blur":
                becomes(obs, CORNER, at(obs, BARE_CORNER))
            elif background == "transparent":
                wait_for(lambda: at(obs, CORNER) == [0, 0, 0], "nothing there", 20)
            else:
                wait_for(lambda: 0 < at(obs, CORNER)[1] < 0.02, "the preset is shown", 20)
            assert at(obs, MIDDLE) == pytest.approx([decoded(188)] * 3, abs=0.006)
        assert obs.stop().code == 0


@pytest.mark.parametrize("space", SPACES)
def test_hdr_source_on_an_hdr_canvas_keeps_its_light(tmp_path, data_home, hdr_clip, space):
    source = collection.clip("Source", hdr_clip, [filtered(SETTINGS)])
    with opened(tmp_path, data_home, source, space) as obs:
        wait_until_running(obs)
        becomes(obs, CORNER, [0, 0, 1])
        bare = at(obs, BARE)
        assert min(bare) > 2, "brighter than white"
        assert at(obs, MIDDLE) == pytest.approx(bare, rel=0.01)
        assert at(obs, CORNER) == pytest.approx([0, 0, 1], abs=0.006), "the background is SDR"
        for depth_look in (False, True):
            settings = {"background": "blur", "depth_look": depth_look}
            obs.ws.set_source_filter_settings("Source", FILTER, settings, True)
            becomes(obs, CORNER, at(obs, BARE_CORNER))
            assert at(obs, MIDDLE) == pytest.approx(bare, rel=0.01)
        obs.ws.set_source_filter_settings("Source", FILTER, {"background": "transparent"}, True)
        wait_for(lambda: at(obs, CORNER) == [0, 0, 0], "nothing there", 20)
        assert at(obs, MIDDLE) == pytest.approx(bare, rel=0.01)
        assert obs.stop().code == 0


def test_hdr_source_on_an_sdr_canvas_is_tone_mapped_as_obs_does(tmp_path, data_home, hdr_clip):
    source = collection.clip("Source", hdr_clip, [filtered(SETTINGS)])
    with opened(tmp_path, data_home, source, "sRGB") as obs:
        wait_until_running(obs)
        shown = obs.screenshot("Scene").astype(int)
        assert numpy.abs(shown[180, 320] - shown[BARE[::-1]]).max() <= 2
        assert 150 < shown[180, 320, 0] < 250, "not clipped"
        assert tuple(shown[10, 10, :3]) == (255, 0, 0)
        assert obs.stop().code == 0


def test_group_on_an_hdr_canvas_keeps_its_light(tmp_path, data_home, picture):
    """On an HDR canvas OBS counts every group and scene as HDR."""
    inner = collection.image("Inner", picture)
    group = collection.group("Source", ["Inner"], (WIDTH, HEIGHT), [filtered(SETTINGS)])
    main = collection.scene("Scene", ["Source", collection.item("Inner", (WIDTH, 0))])
    things = collection.collection(
        "Test", [inner], [main], [group], [collection.script(SCRIPT), collection.script(READER)]
    )
    video = {"ColorFormat": "P010", "ColorSpace": "2100PQ"}
    with open_obs(tmp_path, data_home, things, size=CANVAS, sections={"Video": video}) as obs:
        wait_until_running(obs)
        becomes(obs, CORNER, [0, 0, 1])
        assert at(obs, MIDDLE) == pytest.approx([decoded(188)] * 3, abs=0.006)
        assert at(obs, CORNER) == pytest.approx([0, 0, 1], abs=0.006)
        assert obs.stop().code == 0


def test_background_with_holes_on_an_hdr_canvas(tmp_path, data_home, picture, folder):
    """What is transparent in a background shows the background colour."""
    half = numpy.zeros((HEIGHT, WIDTH, 4), numpy.uint8)
    half[..., 1], half[..., 3] = 255, 128
    cv2.imwrite(str(folder / "half.png"), half)
    settings = {**SETTINGS, "background": "source", "background_source": "Half"}
    source = collection.image("Source", picture, [filtered(settings)])
    half_source = collection.image("Half", folder / "half.png")
    with opened(tmp_path, data_home, source, "PQ", [half_source]) as obs:
        wait_until_running(obs)
        wait_for(lambda: status(obs)["problem"] == "", "the background source is found", 20)
        wait_for(lambda: at(obs, CORNER)[1] > 0.1, "the background is there", 20)
        # OBS' image source multiplies sRGB-encoded colours with their alpha.
        assert at(obs, CORNER) == pytest.approx([0, decoded(128), 0.5], abs=0.02)
        assert obs.stop().code == 0
