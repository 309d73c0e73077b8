# SPDX-License-Identifier: GPL-2.0-or-later
"""Cuts the person out of a video; ffmpeg reads and writes it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..translate import tr
from . import ffmpeg
from .problem import CutoutProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path
    from typing import IO

    from numpy.typing import NDArray

    from .cutter import Cutter
    from .ffmpeg import Video
    from .progress import Progress

    Bytes = NDArray[np.uint8]


class _Format(NamedTuple):
    """How a kind of file is written: its container, the video with and without an alpha, and its sound.

    ``audio``: codecs of sound that the container takes as they are; others become ``instead``.
    """

    container: str
    opaque: tuple[str, ...]
    alpha: tuple[str, ...] | None
    audio: tuple[str, ...] | None
    instead: str


_H264 = ("-c:v", "libx264", "-crf", "16", "-preset", "medium", "-pix_fmt", "yuv420p")
_VP9 = ("-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "20", "-row-mt", "1", "-pix_fmt")
_PRORES = ("-c:v", "prores_ks", "-profile:v", "4444", "-alpha_bits", "16", "-pix_fmt", "yuva444p10le")
#: What ffmpeg calls the codec of sound that it has no decoder for, as that of iPhones' spatial sound.
_UNKNOWN = "none"
#: The places of loudspeakers that Opus knows: it refuses those of AC-3's 5.1.
_OF_OPUS = "aformat=channel_layouts=mono|stereo|3.0|quad|5.0|5.1|6.1|7.1"
#: Sound that a .mp4 file takes.
_OF_MP4 = ("aac", "mp3", "ac3", "eac3", "alac")
FORMATS = {
    ".mp4": _Format("mp4", (*_H264, "-movflags", "+faststart"), None, _OF_MP4, "aac"),
    ".mov": _Format("mov", _H264, _PRORES, (*_OF_MP4, "pcm_s16le", "pcm_s24le"), "aac"),
    ".mkv": _Format("matroska", _H264, (*_VP9, "yuva420p", "-auto-alt-ref", "0"), None, ""),
    ".webm": _Format(
        "webm",
        (*_VP9, "yuv420p"),
        (*_VP9, "yuva420p", "-auto-alt-ref", "0"),
        ("opus", "vorbis"),
        "libopus",
    ),
}
#: What ffmpeg says when a full disk has cut off what it writes. Up to 5.1 it exits with 0 all the same.
_UNFINISHED = "Error writing trailer"
#: Seconds that may be missing at the end of a video.
_MISSED = 1
_QUIETLY = ("-hide_banner", "-loglevel", "error")
#: How ffmpeg is to convert colours: its quickest way is off by some levels.
_EXACTLY = "bicubic+accurate_rnd+full_chroma_int"
#: Says what the colours mean in each frame: some encoders take it from there, others from options.
_TAGGED = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
#: Other files that are read as videos.
READ_ONLY = (".m4v", ".avi", ".mts", ".m2ts", ".ts", ".mpg", ".mpeg", ".wmv", ".flv", ".gif", ".3gp", ".ogv")


def is_video(path: Path) -> bool:
    """Return whether a file has the name of a video."""
    return path.suffix.lower() in (*FORMATS, *READ_ONLY)


def keeps_alpha(path: Path) -> bool:
    """Return whether a video file of that name can have transparent parts."""
    return FORMATS[path.suffix.lower()].alpha is not None


def read(source: Path) -> tuple[float, Generator[Bytes, None, None]]:
    """Return the frames per second of a video, and its frames, uint8 [H, W, 4] BGRA; raise CutoutProblem."""
    program = ffmpeg.program()
    video = ffmpeg.probe(program, source)
    return float(video.rate), _frames(program, source, video, [])


def cut(source: Path, target: Path, cutter: Cutter, transparent: bool, progress: Progress) -> None:
    """Write a video with its room replaced and its own sound, whole or not at all; raise CutoutProblem.

    If the source is cut off, what it has is written, and CutoutProblem raised then.
    ``transparent``: whether it has an alpha. Frames come at a steady rate, the usual one of the video.
    """
    program = ffmpeg.program()
    video = ffmpeg.probe(program, source)
    complaints: list[str] = []
    seconds = 0.0
    # With its ending, by which players and people know what it is.
    unfinished = target.with_name(f".{target.stem}.{os.urandom(4).hex()}.unfinished{target.suffix}")
    command = [program, *_QUIETLY, *_written(source, video, unfinished, target, transparent)]
    try:
        with (
            contextlib.closing(_frames(program, source, video, complaints)) as frames,
            _writing(command, target) as write,
        ):
            cutter.begin()
            for number, frame in enumerate(frames, start=1):
                write(cutter.frame(frame, float(1 / video.rate)))
                seconds = number / float(video.rate)
                progress.at(seconds, video.seconds)
        unfinished.replace(target)
    except OSError as error:
        raise CutoutProblem(
            tr("{path} cannot be written ({reason}).", path=target, reason=error.strerror or error)
        ) from None
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    # Sound may be longer than the picture: without a complaint that is no damage.
    if complaints and seconds < video.seconds - _MISSED:
        raise CutoutProblem(
            tr(
                "{path} is damaged or cut off after {seconds} of {all} s ({reason}). What could be read is "
                "in {made}.",
                path=source,
                seconds=f"{seconds:.1f}",
                all=f"{video.seconds:.1f}",
                reason=complaints[-1],
                made=target,
            )
        )


def _frames(program: str, source: Path, video: Video, complaints: list[str]) -> Generator[Bytes, None, None]:
    """Yield the frames of a video, uint8 [H, W, 4] BGRA; raise CutoutProblem.

    What ffmpeg says is wrong, though it goes on, is added to ``complaints``.
    """
    width, height = video.size
    command = [program, *_QUIETLY, "-nostdin", *video.decoder, "-i", ffmpeg.named(source), "-map", "0:v:0"]
    command += ["-vf", f"{ffmpeg.SQUARE}:in_color_matrix={video.matrix}:flags={_EXACTLY},format=bgra"]
    command += ["-r", str(video.rate), "-f", "rawvideo", "-"]
    command += _also_counted([f"0:a:{number}" for number, _ in _sound(video)])
    size, count = width * height * 4, 0
    with tempfile.TemporaryFile() as errors, _started(command, errors, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while len(content := process.stdout.read(size)) == size:
            count += 1
            yield np.frombuffer(content, np.uint8).reshape(height, width, 4)
        if process.wait() or not count:
            raise CutoutProblem(
                tr("{path} cannot be read to its end ({reason}).", path=source, reason=_said(errors))
            )
        if _all_said(errors):
            complaints.append(_said(errors))


def _written(source: Path, video: Video, unfinished: Path, target: Path, transparent: bool) -> list[str]:
    """Return ffmpeg's options for writing a video with the sound of another file."""
    width, height = video.size
    form = FORMATS[target.suffix.lower()]
    codec = form.alpha if transparent else form.opaque
    assert codec is not None, "files_to_do looks first"
    # Without an alpha colours are kept for blocks of two by two pixels: an odd row or column has none.
    even = "" if transparent else ",crop=trunc(iw/2)*2:trunc(ih/2)*2"
    sound: list[str] = []
    for into, (number, there) in enumerate(_sound(video)):
        taken = form.audio is None or there in form.audio
        sound += ["-map", f"1:a:{number}", f"-c:a:{into}", "copy" if taken else form.instead]
        if not taken and form.instead == "libopus":
            sound += [f"-filter:a:{into}", _OF_OPUS]
    return [
        *("-y", "-f", "rawvideo", "-pix_fmt", "bgra", "-s", f"{width}x{height}", "-r", str(video.rate)),
        *("-i", "-", "-i", ffmpeg.named(source), "-map", "0:v", "-map_metadata", "1"),
        *("-vf", f"scale=out_color_matrix=bt709:out_range=tv:flags={_EXACTLY}{even},{_TAGGED}", *codec),
        *sound,
        *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"),
        *("-f", form.container, ffmpeg.named(unfinished)),
        *_also_counted(["1:v:0"] if sound else []),
    ]


def _sound(video: Video) -> list[tuple[int, str]]:
    """Return the number and the codec of each sound that ffmpeg knows."""
    return [(number, codec) for number, codec in enumerate(video.audio) if codec != _UNKNOWN]


def _also_counted(streams: list[str]) -> list[str]:
    """Return ffmpeg's options for streams that are read and thrown away.

    Where clocks may jump (.ts, .mpg), ffmpeg takes the first time of the streams that are read for the
    beginning. So picture and sound, which two programs read, are read by both.
    """
    mapped = [option for stream in streams for option in ("-map", stream)]
    return [*mapped, "-c", "copy", "-f", "null", "-"] if streams else []


@contextlib.contextmanager
def _writing(command: list[str], target: Path) -> Iterator[Callable[[Bytes], None]]:
    """Give a function that hands a frame (uint8 [H, W, 4] BGRA) to ffmpeg; the file is whole at the end."""
    with tempfile.TemporaryFile() as errors, _started(command, errors, stdin=subprocess.PIPE) as process:
        writing = process.stdin
        assert writing is not None

        def write(frame: Bytes) -> None:
            writing.write(frame.data)

        try:
            yield write
            writing.close()
        except BrokenPipeError:
            process.wait()
            raise CutoutProblem(
                tr("{path} cannot be written ({reason}).", path=target, reason=_said(errors))
            ) from None
        if process.wait() or _UNFINISHED in _all_said(errors):
            raise CutoutProblem(tr("{path} cannot be written ({reason}).", path=target, reason=_said(errors)))


@contextlib.contextmanager
def _started(
    command: list[str], errors: IO[bytes], stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """Give a running ffmpeg; it is ended at the end of the ``with``."""
    try:
        process = subprocess.Popen(
            command, stdin=stdin, stdout=stdout, stderr=errors, env=ffmpeg.environment()
        )
    except OSError as error:
        raise CutoutProblem(
            tr("{program} cannot be run ({reason}).", program=command[0], reason=error.strerror or error)
        ) from None
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if stream:
                    stream.close()


def _said(errors: IO[bytes]) -> str:
    return ffmpeg.last_line(_all_said(errors))


def _all_said(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read().decode(errors="replace")
