# SPDX-License-Identifier: GPL-2.0-or-later
"""Backgrounds that move or make a noise, and backgrounds that show the filtered source itself."""

from __future__ import annotations

import itertools
import shutil
import struct
import subprocess
import time

import cv2
import numpy
import pytest

from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import near
from tests.obs.stage import BLUE, SCRIPT, filtered, one_scene, open_obs, status, wait_until_running

FILTER = "Background Removal"
SETTINGS = {"background_color": BLUE, "model": "green"}
RED, YELLOW = (0, 0, 255), (0, 255, 255)  # BGR


def write_gif(path, colors, hundredths):
    """Write an animated GIF (GIF89a) of 4x4 pixels that shows each colour (BGR) for so long, for ever."""
    table = b"".join(bytes(color[::-1]) for color in colors).ljust(12, b"\0")
    data = b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0xF1, 0, 0) + table + b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    for number in range(len(colors)):
        # LZW of three bits a code: a clear (4) before every two pixels, so that codes stay short; 5 ends.
        codes = [code for _pair in range(8) for code in (4, number, number)] + [5]
        bits = sum(code << 3 * place for place, code in enumerate(codes))
        packed = bits.to_bytes((3 * len(codes) + 7) // 8, "little")
        data += b"!\xf9\x04\x04" + struct.pack("<HBB", hundredths, 0, 0)
        data += b"," + struct.pack("<HHHHB", 0, 0, 4, 4, 0) + b"\x02" + bytes([len(packed)]) + packed + b"\0"
    path.write_bytes(data + b";")
    return path


def plain(name, settings, color=(0, 0, 0)):
    return collection.color(name, color, (640, 360), [filtered({**SETTINGS, **settings})])


def test_animated_picture(tmp_path, data_home):
    path = write_gif(tmp_path / "two.gif", [RED, YELLOW], 30)
    source = plain("Camera", {"background": "image", "background_path": str(path)})
    with open_obs(tmp_path / "obs", data_home, one_scene(source)) as obs:
        wait_until_running(obs)
        wait_for(lambda: near(obs.screenshot("Camera")[20, 20], RED), "it is shown")
        frames = [frame[20, 20] for frame in obs.frames(obs.record(2.5))]
        assert all(near(one, RED) or near(one, YELLOW) for one in frames)
        changes = sum(near(before, RED) != near(after, RED) for before, after in itertools.pairwise(frames))
        # Eight in 2.5 seconds; fewer on a machine that is late.
        assert 3 <= changes <= 10
        assert obs.stop().code == 0


def film(path, color):
    """Make a video of one colour (BGR), and put it there whole."""
    path.parent.mkdir()
    video = cv2.VideoWriter(str(path.with_name("part.avi")), cv2.VideoWriter.fourcc(*"MJPG"), 30, (320, 180))
    for _ in range(60):
        video.write(numpy.full((180, 320, 3), color, numpy.uint8))
    video.release()
    path.with_name("part.avi").rename(path)


def test_a_video_is_played_as_soon_as_its_drive_is_there(tmp_path, data_home):
    path = tmp_path / "drive" / "film.avi"
    source = plain("Camera", {"background": "video", "background_path": str(path)})
    with open_obs(tmp_path / "obs", data_home, one_scene(source)) as obs:
        wait_until_running(obs)
        for number, color in enumerate((RED, YELLOW)):
            wait_for(lambda: "does not exist" in status(obs)["problem"], "the video is not there")
            film(path, color)
            wait_for(lambda color=color: near(obs.screenshot("Camera")[20, 20], color), "it is played")
            wait_for(lambda: not status(obs)["problem"], "nothing is wrong")
            path.parent.rename(tmp_path / f"unplugged {number} {time.monotonic()}")
        assert obs.stop().code == 0


needs_ffmpeg = pytest.mark.skipif(
    not shutil.which("ffmpeg"), reason="needs ffmpeg (Debian, Ubuntu: apt install ffmpeg)"
)


def write_loud(path):
    """Write one second of red with a tone."""
    command = (
        "ffmpeg -v error -f lavfi -i color=red:s=64x36:d=1 -f lavfi -i sine=1000:d=1 -c:v ffv1 -c:a pcm_s16le"
    )
    subprocess.run([*command.split(), str(path)], check=True)
    return path


def loudness(recording):
    """Return the loudest moment of a recording, in dB."""
    listen = ["ffmpeg", "-i", str(recording), "-af", "volumedetect", "-f", "null", "-"]
    said = subprocess.run(listen, capture_output=True, text=True, check=True).stderr
    return float(said.partition("max_volume: ")[2].split()[0])


@needs_ffmpeg
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in a scene"])
def test_a_media_source_plays_unheard(tmp_path, data_home, alone):
    """With OBS' own defaults it plays only while it is active; and the scene that has it is shown nowhere."""
    clip = write_loud(tmp_path / "loud.mkv")
    media = collection.source("ffmpeg_source", "Media", {"local_file": str(clip), "looping": True})
    name = "Media" if alone else "Behind"
    source = plain("Camera", {"background": "source", "background_source": name})
    scenes = [
        collection.scene("Scene", ["Camera"]),
        collection.scene("Behind", [collection.item("Media", fit=(640, 360))]),
        collection.scene("Empty", []),
    ]
    things = collection.collection("Test", [source, media], scenes, scripts=[collection.script(SCRIPT)])
    with open_obs(tmp_path / "obs", data_home, things) as obs:
        wait_until_running(obs)
        wait_for(lambda: obs.screenshot("Camera")[20, 20, 2] > 200, "it is shown")
        assert loudness(obs.record(2.0)) < -80

        def active():
            return obs.ws.get_source_active("Media").video_active

        assert active()
        obs.ws.set_current_program_scene("Empty")
        wait_for(lambda: not active(), "it rests while nobody sees it")
        obs.ws.set_current_program_scene("Scene")
        wait_for(lambda: active() and obs.screenshot("Camera")[20, 20, 2] > 200, "it is shown again")
        obs.ws.set_source_filter_settings("Camera", FILTER, {"background": "color"}, True)
        wait_for(lambda: not active(), "it rests when it is the background no more")
        assert obs.stop().code == 0


@needs_ffmpeg
def test_video_is_muted(tmp_path, data_home):
    clip = write_loud(tmp_path / "loud.mkv")
    source = plain("Camera", {"background": "video", "background_path": str(clip)})
    with open_obs(tmp_path / "obs", data_home, one_scene(source)) as obs:
        wait_until_running(obs)
        wait_for(lambda: obs.screenshot("Camera")[20, 20, 2] > 200, "it is shown")
        assert loudness(obs.record(2.0)) < -80
        obs.ws.create_input(
            "Scene", "Loud", "ffmpeg_source", {"local_file": str(clip), "looping": True}, True
        )
        # The sound of a source begins some time after its first frame.
        time.sleep(1.0)
        assert loudness(obs.record(2.0)) > -40, "the same as a source is heard"
        assert obs.stop().code == 0


def test_two_filters_that_are_each_others_background(tmp_path, data_home):
    sources = [
        plain("First", {"background": "source", "background_source": "Second"}),
        plain("Second", {"background": "source", "background_source": "First"}),
    ]
    with open_obs(tmp_path, data_home, one_scene(*sources)) as obs:
        wait_until_running(obs, 2)
        for name in ("First", "Second"):
            # Nobody is in either picture. Drawn inside itself, OBS would draw a source without its filters.
            wait_for(
                lambda name=name: near(obs.screenshot(name)[20, 20], (255, 0, 0)), "the colour is shown", 20
            )
        assert obs.stop().code == 0


def test_the_scene_that_shows_the_source_is_no_background(tmp_path, data_home):
    """Nor when it shows it by way of another scene, and only from now on."""
    camera = plain("Camera", {"background": "source", "background_source": "Outer"})
    outer = collection.scene("Outer", ["Green"])
    inner = collection.scene("Inner", ["Camera"])
    made = one_scene(camera, collection.color("Green", (0, 255, 0), (640, 360)), items=["Camera"])
    made["sources"] += [outer, inner]
    made["scene_order"] += [{"name": "Outer"}, {"name": "Inner"}]
    with open_obs(tmp_path, data_home, made) as obs:
        wait_until_running(obs)
        wait_for(lambda: near(obs.screenshot("Camera")[20, 20], (0, 255, 0)), "the scene is shown", 20)
        obs.start_record()
        obs.ws.create_scene_item("Outer", "Inner", True)
        wait_for(lambda: "shows this source itself" in status(obs)["problem"], "the problem says so", 20)
        wait_for(lambda: near(obs.screenshot("Camera")[20, 20], (255, 0, 0)), "the colour stands in", 20)
        colors = {tuple(frame[20, 20] // 16) for frame in obs.frames(obs.stop_record())}
        assert colors == {(0, 15, 0), (15, 0, 0)}, "green, then blue, and never the room, which is black"
        assert obs.stop().code == 0
