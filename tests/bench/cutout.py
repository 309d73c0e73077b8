# SPDX-License-Identifier: GPL-2.0-or-later
"""Files without OBS: ``python -m tests.bench.cutout [--model NAME] [--background NAME ...]``.

Cuts a folder of 20 pictures and a clip of 10 seconds, both drawn (a person who moves in a room), and prints
seconds, processor time (not on Windows) and the peak of the memory of all that takes part, ffmpeg included.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import psutil

from obs_bgremove.cutout import ffmpeg
from obs_bgremove.worker.inference.drawn_person import pictures

PHOTO, CLIP = (1080, 1920), (720, 1280)
RATE, SECONDS = 30, 10


def main() -> int:
    """Print the figures; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="auto")
    parser.add_argument("--background", nargs="+", default=["transparent", "blur", "auto"], metavar="NAME")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for work in (_photos(folder), _clip(folder)):
            for background in options.background:
                _measure(folder, work, background, options.model)
    return 0


def _photos(folder: Path) -> Path:
    (folder / "photos").mkdir()
    for number, picture in zip(range(20), pictures(*PHOTO)):
        cv2.imwrite(str(folder / "photos" / f"{number:02}.jpg"), picture[..., :3])
    return folder / "photos"


def _clip(folder: Path) -> Path:
    stills = folder / "stills"
    stills.mkdir()
    for number, picture in enumerate(pictures(*CLIP)):
        cv2.imwrite(str(stills / f"{number}.png"), picture[..., :3])
    command = [ffmpeg.program(), "-loglevel", "error", "-stream_loop", "-1", "-framerate", str(RATE)]
    command += ["-i", str(stills / "%d.png"), "-f", "lavfi", "-i", "sine=440", "-t", str(SECONDS)]
    command += ["-pix_fmt", "yuv420p", str(folder / "clip.mp4")]
    subprocess.run(command, check=True)
    return folder / "clip.mp4"


def _measure(folder: Path, source: Path, background: str, model: str) -> None:
    """Cut one source out and print what it took."""
    target = (
        folder / "cut"
        if source.is_dir()
        else folder / f"cut.{'mov' if background == 'transparent' else 'mp4'}"
    )
    command = [sys.executable, "-m", "obs_bgremove.cutout", str(source), str(target), "--overwrite"]
    command += ["--background", background, "--model", model]
    began, used, peak = time.perf_counter(), _processor_seconds(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.1)
    took, used = time.perf_counter() - began, _processor_seconds() - used
    if process.returncode:
        raise SystemExit(f"cutting out {source} failed; run: {' '.join(command)}")
    what = "20 pictures of 1920x1080" if source.is_dir() else f"{SECONDS} s of 1280x720 at {RATE} fps"
    print(
        f"{what}, {background}: {took:.1f} s, {used:.1f} s of a processor, at most {peak:.0f} MB", flush=True
    )


def _processor_seconds() -> float:
    """Return what the processes that were started and have ended took."""
    times = os.times()
    return times.children_user + times.children_system


def _memory(pid: int) -> float:
    """Return the resident megabytes of a process and all that it has started."""
    total = 0.0
    try:
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss / 1e6
    except psutil.Error:
        pass
    return total


if __name__ == "__main__":
    sys.exit(main())
