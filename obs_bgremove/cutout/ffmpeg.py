# SPDX-License-Identifier: GPL-2.0-or-later
"""The program ffmpeg: where it is, and what it knows of a video."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from ..translate import tr
from .problem import CutoutProblem

if TYPE_CHECKING:
    from pathlib import Path

_DURATION = re.compile(r"^  Duration: (\d+):(\d+):(\d+\.\d+)", re.MULTILINE)
# ffmpeg 4 has two spaces more.
_VIDEO = re.compile(r"^ +Stream #.*: Video: (.*)$", re.MULTILINE)
_AUDIO = re.compile(r"^ +Stream #.*: Audio: (\w+)", re.MULTILINE)
_HEADER = re.compile(rb"YUV4MPEG2 W(\d+) H(\d+) F(\d+):(\d+) ")
#: A filter that makes the pixels of a picture square.
SQUARE = "scale=w=iw*sar:h=ih"
_RATE = re.compile(r" (\d+(?:\.\d+)?) fps")
#: No camera has more frames per second: it is the unit of a file's clock.
_FASTEST = 240
#: Curves of HDR: PQ and HLG.
_HDR = "smpte2084", "arib-std-b67"
#: What ffmpeg calls the ways to get colours out of YUV, where a stream says which one is meant.
_MATRICES = "bt709", "smpte170m", "bt470bg", "bt2020nc", "bt2020c", "fcc", "smpte240m", "gbr"
#: A picture this high is in BT.709 where nothing is said, as players have it.
_HD_HEIGHT = 720


class Video(NamedTuple):
    """A video. ``size``: width and height as it is shown; ``seconds``: 0 if nobody knows."""

    size: tuple[int, int]
    rate: Fraction
    seconds: float
    #: The codecs of its sound, one for each stream.
    audio: tuple[str, ...]
    #: Options for ffmpeg that are to stand before "-i".
    decoder: tuple[str, ...]
    #: The way to get colours, for ffmpeg's scale filter.
    matrix: str


def program() -> str:
    """Return the path of ffmpeg: the system's, or the one in the package imageio-ffmpeg. CutoutProblem."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        path: str = importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        raise CutoutProblem(
            tr("Videos need ffmpeg, and there is none: run install.py --cutout, or install ffmpeg.")
        ) from None
    return path


def environment() -> dict[str, str]:
    """Return the variables that ffmpeg is to be run with.

    The ffmpeg of imageio-ffmpeg is linked with a glibc of its own, and crashes at names in .ts files where it
    loads the system's converters of letters. It finds none where it is sent.
    """
    return {**os.environ, "GCONV_PATH": os.devnull}


def named(path: Path) -> str:
    """Return a file as ffmpeg is to be given it: a colon in its name ("20:15.mp4") is no protocol."""
    return f"file:{path}"


def probe(ffmpeg: str, path: Path) -> Video:
    """Return what ffmpeg says about a video; raise CutoutProblem if it is none that can be cut out."""
    command = [ffmpeg, "-hide_banner", "-nostdin", "-i", named(path), "-map", "0:v:0", "-frames:v", "1"]
    command += ["-vf", SQUARE, "-pix_fmt", "yuv444p", "-strict", "-1", "-f", "yuv4mpegpipe", "-"]
    done = run(command)
    said = done.stderr.decode(errors="replace")
    header, stream = _HEADER.match(done.stdout), _VIDEO.search(said)
    if "matches no streams" in said:
        raise CutoutProblem(
            tr("{path} has no picture that ffmpeg can read: it is sound alone, or cut off.", path=path)
        )
    if done.returncode or not header or not stream:
        raise CutoutProblem(
            tr("{path} is no video that ffmpeg can read ({reason}).", path=path, reason=last_line(said))
        )
    if any(curve in stream[1] for curve in _HDR):
        raise CutoutProblem(
            tr("{path} is in HDR, which cannot be cut out: convert it to SDR first.", path=path)
        )
    width, height, rate, per = (int(one) for one in header.groups())
    length = _DURATION.search(said)
    hours, minutes, seconds = (float(one) for one in length.groups()) if length else (0.0, 0.0, 0.0)
    tagged = any(matrix in stream[1] for matrix in _MATRICES)
    vp9_alpha = "alpha_mode" in said and stream[1].startswith(("vp8", "vp9"))
    return Video(
        (width, height),
        _rate(Fraction(rate, per), stream[1]),
        hours * 3600 + minutes * 60 + seconds,
        tuple(_AUDIO.findall(said)),
        # ffmpeg's own decoder leaves the alpha out.
        ("-c:v", f"libvpx{'-vp9' if stream[1].startswith('vp9') else ''}") if vp9_alpha else (),
        "auto" if tagged or height < _HD_HEIGHT else "bt709",
    )


def _rate(rate: Fraction, stream: str) -> Fraction:
    """Return the frames per second of a stream, from what ffmpeg would write and from what it says."""
    said = _RATE.search(stream)
    return Fraction(said[1]).limit_denominator(1001) if rate > _FASTEST and said else rate


def run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    """Run ffmpeg to its end; CutoutProblem if it cannot be started."""
    try:
        return subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, env=environment(), check=False
        )
    except OSError as error:
        raise CutoutProblem(
            tr("{program} cannot be run ({reason}).", program=command[0], reason=error.strerror or error)
        ) from None


def last_line(said: str) -> str:
    """Return the last thing that ffmpeg said."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it said nothing"
