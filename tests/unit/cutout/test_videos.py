# SPDX-License-Identifier: GPL-2.0-or-later
"""Videos: frames, sound, alpha and rate stay; nothing half-made stays behind."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy
import pytest

from obs_bgremove import home
from obs_bgremove.cutout import cutting, ffmpeg
from tests.obs.networks import write_green_is_person
from tests.unit import clothes

pytestmark = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
SIZE = 128, 72
FRAMES = 8


@functools.cache
def each_frame_once():
    """Return the option that neither repeats nor drops a frame: ffmpeg 8 has its new name only."""
    named = subprocess.run(["ffmpeg", "-hide_banner", "-h", "long"], capture_output=True, check=True).stdout
    return ("-fps_mode" if b"-fps_mode" in named else "-vsync", "passthrough")


def run(*arguments):
    done = subprocess.run(["ffmpeg", "-hide_banner", *map(str, arguments)], capture_output=True, check=False)
    return done.stdout, done.stderr.decode()


@pytest.fixture(autouse=True)
def models(tmp_path, monkeypatch):
    """Have a home with one network: what is green is a person."""
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "home"))
    write_green_is_person(tmp_path / "home" / "models" / "green", 72, 128)


@pytest.fixture
def clip(tmp_path):
    """Return a clip with sound: a green person, from 40 to 80 across, before a room that gets brighter."""
    for number in range(FRAMES):
        frame = numpy.full((SIZE[1], SIZE[0], 3), (120 + 10 * number, 30, 100), numpy.uint8)
        frame[20:, 40:80] = (40, 220, 60)
        cv2.imwrite(str(tmp_path / f"{number}.png"), frame)
    made = tmp_path / "clip.mp4"
    _out, said = run(
        *("-framerate", "24000/1001", "-i", tmp_path / "%d.png", "-f", "lavfi", "-i", "sine=d=0.33"),
        *("-c:v", "libx264", "-crf", "5", "-pix_fmt", "yuv444p", "-c:a", "aac", made),
    )
    assert made.exists(), said
    return made


def cut(*arguments):
    return cutting.main([*map(str, arguments), "--model", "green", "--device", "cpu"])


def frames(path, decoder=()):
    """Return the frames of a video: uint8 [frames, H, W, 4] BGRA, as a player has it."""
    video = ffmpeg.probe("ffmpeg", path)
    out, said = run(*decoder, "-i", path, *each_frame_once(), "-f", "rawvideo", "-pix_fmt", "bgra", "-")
    return numpy.frombuffer(out, numpy.uint8).reshape(-1, video.size[1], video.size[0], 4), said


def near(pixel, color, tolerance=10):
    return numpy.abs(pixel[:3].astype(int) - color).max() <= tolerance


@pytest.mark.parametrize("name", ["out.mp4", "out.mov", "out.mkv", "out.webm"])
def test_a_new_background_and_the_old_sound(clip, tmp_path, name):
    assert cut(clip, tmp_path / name, "--background", "#ffe020") == 0
    shown, said = frames(tmp_path / name)
    assert len(shown) == FRAMES
    for frame in shown:
        assert near(frame[40, 60], (40, 220, 60)) and near(frame[40, 10], (0x20, 0xE0, 0xFF))
    assert ffmpeg.probe("ffmpeg", tmp_path / name).rate == Fraction(24000, 1001)
    assert re.search(r"Audio: (aac|opus)", said) and "bt709" in said
    assert ffmpeg.probe("ffmpeg", tmp_path / name).seconds == pytest.approx(0.334, abs=0.1)


@pytest.mark.parametrize(
    ("name", "decoder", "codec"),
    [
        ("out.mov", (), "prores"),
        ("out.webm", ("-c:v", "libvpx-vp9"), "vp9"),
        ("out.mkv", ("-c:v", "libvpx-vp9"), "vp9"),
    ],
)
def test_an_alpha_in_a_video(clip, tmp_path, name, decoder, codec):
    assert cut(clip, tmp_path / name) == 0
    shown, said = frames(tmp_path / name, decoder)
    assert f"Video: {codec}" in said and len(shown) == FRAMES
    for frame in shown:
        assert frame[40, 60, 3] >= 253 and frame[40, 10, 3] <= 2
        assert near(frame[40, 60], (40, 220, 60))
        # Nothing of the room is in what cannot be seen.
        assert near(frame[40, 10], (0, 0, 0), 3)


def test_what_has_an_alpha_can_be_read_again(clip, tmp_path):
    """A video that is cut out already stays so: its own transparency is kept."""
    assert cut(clip, tmp_path / "once.webm") == 0
    assert cut(tmp_path / "once.webm", tmp_path / "twice.mov") == 0
    shown, _said = frames(tmp_path / "twice.mov")
    assert shown[-1, 40, 60, 3] >= 250 and shown[-1, 40, 10, 3] <= 3
    video = ffmpeg.probe("ffmpeg", tmp_path / "once.webm")
    assert video.decoder == ("-c:v", "libvpx-vp9")


def test_a_video_that_lies_on_its_side_is_turned(clip, tmp_path):
    run("-i", clip, "-c", "copy", "-metadata:s:v:0", "rotate=90", tmp_path / "turned.mov")
    upright, _said = frames(tmp_path / "turned.mov")
    if upright.shape[1] == SIZE[1]:
        pytest.skip("this ffmpeg writes no rotation")
    assert cut(tmp_path / "turned.mov", tmp_path / "out.mp4", "--background", "white") == 0
    shown, _said = frames(tmp_path / "out.mp4")
    assert shown.shape == upright.shape


def test_odd_sizes_and_no_sound(clip, tmp_path):
    run(
        "-i",
        clip,
        "-an",
        "-vf",
        "crop=127:71",
        "-c:v",
        "libx264",
        "-crf",
        "5",
        "-pix_fmt",
        "yuv444p",
        tmp_path / "odd.mp4",
    )
    assert cut(tmp_path / "odd.mp4", tmp_path / "out.mp4", "--background", "white") == 0
    assert frames(tmp_path / "out.mp4")[0].shape[1:3] == (70, 126)
    assert cut(tmp_path / "odd.mp4", tmp_path / "out.mov") == 0
    assert frames(tmp_path / "out.mov")[0].shape[1:3] == (71, 127)


def test_colours_survive_without_a_person(tmp_path):
    """A grey ramp and plain colours on both sides of the conversion, in HD, where BT.709 is meant."""
    picture = numpy.zeros((720, 1280, 3), numpy.uint8)
    for column, color in enumerate([(200, 60, 60), (60, 60, 200), (128, 128, 128), (250, 240, 120)]):
        picture[:, column * 320 : column * 320 + 320] = color
    cv2.imwrite(str(tmp_path / "still.png"), picture)
    encode = ("-vf", "scale=out_color_matrix=bt709", "-c:v", "libx264", "-crf", "5", "-pix_fmt", "yuv420p")
    run("-loop", "1", "-i", tmp_path / "still.png", "-frames:v", "1", *encode, tmp_path / "still.mp4")
    video = ffmpeg.probe("ffmpeg", tmp_path / "still.mp4")
    # The file says so itself where ffmpeg is newer.
    assert video.matrix in ("bt709", "auto")
    (tmp_path / "behind.png").write_bytes((tmp_path / "still.png").read_bytes())
    assert cut(tmp_path / "still.mp4", tmp_path / "out.mp4", "--background", tmp_path / "behind.png") == 0
    out, _said = run(
        *(
            "-i",
            tmp_path / "out.mp4",
            "-vf",
            "scale=in_color_matrix=bt709",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "bgr24",
            "-",
        )
    )
    shown = numpy.frombuffer(out, numpy.uint8).reshape(720, 1280, 3)
    for column in range(4):
        assert near(shown[300, column * 320 + 160], picture[300, column * 320 + 160], 4)


def test_a_folder_of_pictures_and_clips(clip, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(clip.read_bytes())
    (folder / "b.png").write_bytes((tmp_path / "0.png").read_bytes())
    assert cut(folder, tmp_path / "out") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.mov", "b.png"]
    said = capsys.readouterr()
    assert ": 2 of 2." in said.out and "a.mp4 100 %" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["clip.mp4", "out.mp4"], "keeps no transparency: write another one (.mov (ProRes 4444), .webm"),
        (["clip.mp4", "out.png"], "cannot be made of a video"),
        (["clip.mp4", "out.avi", "--background", "blur"], "cannot be made of a video"),
        (["words.mp4", "out.mov"], "words.mp4 is no video that ffmpeg can read"),
        (["sound.mp4", "out.mov"], "sound.mp4 has no picture that ffmpeg can read"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(clip, tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.mp4").write_text("words")
    run("-f", "lavfi", "-i", "sine=d=0.1", tmp_path / "sound.mp4")
    before = sorted(tmp_path.rglob("*"))
    assert cut(*arguments) == 1
    assert words in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["20:15.mp4", "concat:a.mp4", "-v%d.mp4"])
def test_a_name_is_a_file_and_nothing_else(clip, tmp_path, monkeypatch, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "into").mkdir()
    clip.rename(tmp_path / "in" / name)
    monkeypatch.chdir(tmp_path / "into")
    options = ["--model", "green", "--device", "cpu", "--background", "blue"]
    # Read with a folder before its name, then without one.
    assert cutting.main([*options, "--", f"../in/{name}", name]) == 0
    assert cutting.main([*options, "--", name, "again.mp4"]) == 0
    shown, said = frames(tmp_path / "into" / "again.mp4")
    assert len(shown) == FRAMES and "Audio: aac" in said


def test_without_ffmpeg_it_says_how_to_get_one(clip, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    assert cut(clip, tmp_path / "out.mov") == 1
    assert "run install.py --cutout, or install ffmpeg" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is Linux'")
def test_the_converters_of_the_system_are_not_for_the_ffmpeg_of_a_package(clip, tmp_path, monkeypatch):
    """It crashes with them, as the program here does."""
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n[ "$GCONV_PATH" ] || kill -SEGV $$\nexec {shutil.which("ffmpeg")} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.delenv("GCONV_PATH", raising=False)
    assert cut(clip, tmp_path / "out.mov") == 0


@pytest.mark.parametrize("broken", ["the clip", "the disk", "the user"])
def test_nothing_half_made_stays(clip, tmp_path, monkeypatch, capsys, broken):
    (tmp_path / "into").mkdir()
    target = tmp_path / "into" / "out.mov"
    if broken == "the clip":
        # A container of raw pictures whose last one is cut off.
        run("-i", clip, "-c:v", "ffv1", tmp_path / "whole.nut")
        content = (tmp_path / "whole.nut").read_bytes()
        clip.write_bytes(content[:900] + bytes(len(content) - 900))
    calls = []
    frame = cutting.Cutter.frame

    def counted(self, *arguments):
        calls.append(1)
        if len(calls) == 3 and broken == "the user":
            raise KeyboardInterrupt
        if len(calls) == 3 and broken == "the disk":
            raise OSError(28, "No space left on device")
        return frame(self, *arguments)

    monkeypatch.setattr(cutting.Cutter, "frame", counted)
    assert cut(clip, target) == {"the user": 130}.get(broken, 1)
    assert list((tmp_path / "into").iterdir()) == []
    assert capsys.readouterr().err


def test_an_older_file_stays_when_a_new_one_fails(clip, tmp_path):
    target = tmp_path / "out.mov"
    target.write_bytes(b"older")
    clip.write_bytes(b"nothing")
    assert cut(clip, target, "--overwrite") == 1
    assert target.read_bytes() == b"older"


@pytest.mark.parametrize(
    ("rate", "said", "frames_per_second"),
    [
        (Fraction(30000, 1001), "29.97 fps", Fraction(30000, 1001)),
        (Fraction(1000), "h264, 29.97 fps, 1k tbr", Fraction(2997, 100)),
        (Fraction(1000), "no rate", Fraction(1000)),
    ],
)
def test_a_clock_is_no_frame_rate(monkeypatch, rate, said, frames_per_second):
    header = f"YUV4MPEG2 W64 H48 F{rate.numerator}:{rate.denominator} Ip".encode()
    words = f"  Duration: 00:01:02.50, start\n  Stream #0:0: Video: vp8, {said}\n".encode()
    monkeypatch.setattr(ffmpeg, "run", lambda command: subprocess.CompletedProcess(command, 0, header, words))
    video = ffmpeg.probe("ffmpeg", Path("clip.webm"))
    assert video.rate == frames_per_second and video.seconds == 62.5 and video.size == (64, 48)


@pytest.mark.parametrize("indent", ["  ", "    "])
def test_ffmpeg_4_indents_its_streams_deeper(monkeypatch, indent):
    words = f"{indent}Stream #0:0: Video: h264, 25 fps\n{indent}Stream #0:1: Audio: aac\n".encode()
    done = subprocess.CompletedProcess([], 0, b"YUV4MPEG2 W64 H48 F25:1 Ip", words)
    monkeypatch.setattr(ffmpeg, "run", lambda command: done)
    assert ffmpeg.probe("ffmpeg", Path("clip.mp4")).audio == ("aac",)


def test_hdr_is_refused(monkeypatch):
    words = b"  Stream #0:0: Video: hevc, yuv420p10le(tv, bt2020nc/bt2020/arib-std-b67), 30 fps\n"
    done = subprocess.CompletedProcess([], 0, b"YUV4MPEG2 W64 H48 F30:1 Ip", words)
    monkeypatch.setattr(ffmpeg, "run", lambda command: done)
    with pytest.raises(ffmpeg.CutoutProblem, match="is in HDR"):
        ffmpeg.probe("ffmpeg", Path("clip.mov"))


def test_the_first_seconds_of_a_clip_decide_what_suits_the_clothes(tmp_path, capsys):
    card = clothes.CARD.replace("blue", "beachwear").replace("red", "sportswear")
    clothes.write_network(tmp_path / "home" / "models" / "outfit", card)
    for number in range(16):
        frame = numpy.full((SIZE[1], SIZE[0], 3), (120, 30, 100), numpy.uint8)
        # From the sixth second on somebody else is there.
        frame[10:, 40:80] = (250, 150, 0) if number < 10 else (0, 150, 250)
        cv2.imwrite(str(tmp_path / f"{number}.png"), frame)
    command = ("-framerate", "2", "-i", tmp_path / "%d.png", "-c:v", "libx264", "-crf", "5")
    run(*command, "-pix_fmt", "yuv444p", tmp_path / "clip.mp4")
    assert cut(tmp_path / "clip.mp4", tmp_path / "out.mp4", "--background", "auto") == 0
    assert ": beachwear; Beach is shown." in capsys.readouterr().out
    assert len(frames(tmp_path / "out.mp4")[0]) == 16


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full disk to write to")
def test_a_disk_that_is_full_leaves_the_older_file(clip, tmp_path, monkeypatch, capsys):
    target = tmp_path / "out.mkv"
    target.write_bytes(b"older")
    monkeypatch.setattr("os.urandom", bytes)
    (tmp_path / ".out.00000000.unfinished.mkv").symlink_to("/dev/full")
    assert cut(clip, target, "--background", "white", "--overwrite") == 1
    assert target.read_bytes() == b"older"
    assert "out.mkv cannot be written (" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["out.mp4", "out.mov", "out.mkv", "out.webm"])
def test_sound_that_ffmpeg_has_no_decoder_for_is_left_out(clip, tmp_path, name):
    """An iPhone keeps its spatial sound beside the usual one."""
    two = tmp_path / "two.mp4"
    run("-i", clip, "-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy", two)
    before, _, after = two.read_bytes().rpartition(b"mp4a\0\0\0\0")
    two.write_bytes(before + b"apac\0\0\0\0" + after.replace(b"esds", b"free"))
    assert ffmpeg.probe("ffmpeg", two).audio == ("aac", "none")
    assert cut(two, tmp_path / name, "--background", "white") == 0
    made = ffmpeg.probe("ffmpeg", tmp_path / name)
    assert made.audio == ("opus" if name == "out.webm" else "aac",)


def test_all_loudspeakers_stay_in_webm(clip, tmp_path):
    sound = ("-filter:a", "aformat=channel_layouts=5.1(side)", "-c:a", "ac3")
    run("-i", clip, "-c:v", "copy", *sound, tmp_path / "camera.mkv")
    assert cut(tmp_path / "camera.mkv", tmp_path / "out.webm", "--background", "white") == 0
    assert "Audio: opus, 48000 Hz, 5.1" in frames(tmp_path / "out.webm")[1]


@pytest.mark.parametrize("late", ["picture", "sound"])
def test_sound_stays_with_the_picture_where_one_of_them_begins_later(clip, tmp_path, late):
    """In containers whose clock may jump, ffmpeg takes the first time of the streams in use for 0."""
    first, second = ("0:v", "1:a") if late == "sound" else ("0:a", "1:v")
    command = ("-i", clip, "-itsoffset", "1", "-i", clip, "-map", first, "-map", second, "-c", "copy")
    run(*command, tmp_path / "late.ts")
    assert cut(tmp_path / "late.ts", tmp_path / "out.mkv", "--background", "white") == 0
    # The first picture is there from the beginning.
    pictures = FRAMES + (24 if late == "picture" else 0)
    assert len(frames(tmp_path / "out.mkv")[0]) == pytest.approx(pictures, abs=2)
    listed, _said = run("-i", tmp_path / "out.mkv", "-map", "0:a", "-c", "copy", "-f", "framecrc", "-")
    times = [int(line.split(b",")[1]) / 1000 for line in listed.splitlines() if not line.startswith(b"#")]
    assert times[0] == pytest.approx(1 if late == "sound" else 0, abs=0.1)


@pytest.mark.parametrize("name", ["whole.mp4", "whole.mkv"])
def test_a_video_that_is_cut_off_is_kept_as_far_as_it_goes(clip, tmp_path, capsys, name):
    """ffmpeg reads on as if that was the end."""
    whole = tmp_path / name
    slow = ("-vf", "setpts=16*PTS,fps=4", "-af", "apad=whole_dur=8", "-movflags", "+faststart", "-t", "5")
    run("-i", clip, *slow, "-c:v", "libx264", "-g", "1", "-bf", "0", whole)
    assert cut(whole, tmp_path / "all.mov") == 0
    content = whole.read_bytes()
    whole.write_bytes(content[: len(content) // 2])
    assert cut(whole, tmp_path / "half.mov") == 1
    assert f"{name} is damaged or cut off after" in capsys.readouterr().err
    half, everything = (len(frames(tmp_path / made)[0]) for made in ("half.mov", "all.mov"))
    assert 0 < half < everything


def test_sound_that_goes_on_after_the_picture_is_no_damage(clip, tmp_path):
    run("-i", clip, "-c:v", "copy", "-af", "apad=whole_dur=4", tmp_path / "long.mp4")
    assert ffmpeg.probe("ffmpeg", tmp_path / "long.mp4").seconds > 3.5
    assert cut(tmp_path / "long.mp4", tmp_path / "out.mov") == 0
