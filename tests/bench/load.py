# SPDX-License-Identifier: GPL-2.0-or-later
"""What a busy worker, and an x264 encoder beside it, do to OBS' frames.

    python -m tests.bench.load [--home DIR] [--fast MODEL] [--slow MODEL] [--encoder E]
                                   [--seconds S] [--rounds N]

A real OBS plays a clip at 640x360 and 30 frames per second. In turns, within the same run, the
filter is switched off and on: with a fast model and with a slow one; without an encoder, while
OBS records with x264 ("OBS"), and while another x264 takes all processors it can get ("all"; needs
ffmpeg). "lagged" are frames that OBS rendered too late, "skipped" those that it encoded too late.
What is more with the filter than without is because of us.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from obs_bgremove import home as installed
from obs_bgremove.private_obs import collection, profile
from obs_bgremove.private_obs.instance import PrivateObs
from obs_bgremove.private_obs.wait import wait_for
from tests.obs import fast_and_slow
from tests.obs.stage import BLUE, DRAWN_BY_OTHERS, filtered, one_scene, status, wait_until_running

SIZE, FPS = (640, 360), 30
FILTER = "Background Removal"
ENCODERS = "none", "OBS", "all"
#: What the made model takes on this machine while nothing else runs.
SLOW_MS = 130.0


class X264Obs(PrivateObs):
    """An OBS that records with x264 on the processor, as streamers without a GPU encoder do."""

    def _program(self):
        # The profile has just been written, and OBS not started yet.
        for name in (profile.NAME, profile.SAME):
            _records_with_x264(self.configuration / "basic" / "profiles" / name / "basic.ini")
        return super()._program()


def _records_with_x264(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("RecQuality=Lossless", "RecQuality=HQ\nRecEncoder=x264\nStreamEncoder=x264\nPreset=veryfast"),
        ("RecFormat=avi", "RecFormat=mkv"),
        ("RecFormat2=avi", "RecFormat2=mkv"),
        ("ColorFormat=RGB", "ColorFormat=NV12"),
    ):
        if old not in text:
            raise RuntimeError(f"The profile of the private OBS has no {old!r} any more: adapt this bench.")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Run the benchmark and print its table."""
    parser = fast_and_slow.parser(__doc__.splitlines()[0], seconds=8.0)
    parser.add_argument("--encoder", action="append", choices=ENCODERS, help="only this one; may be repeated")
    parser.add_argument("--rounds", type=int, default=2, help="turns without and with the filter")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options)


def run(folder: Path, options) -> None:
    """Measure in a scratch folder."""
    home = fast_and_slow.make(folder, options, SLOW_MS)
    clip = fast_and_slow.write_clip(folder / "clip.avi", SIZE)
    print("encoder  filter               alphas/s  ms each  delay ms  worker CPU%  OBS CPU%    fps  "
          "lagged        skipped")  # fmt: skip
    for encoder in options.encoder or (ENCODERS if shutil.which("ffmpeg") else ENCODERS[:2]):
        for model in (options.fast, options.slow):
            settings = {"background": "color", "background_color": BLUE, "model": model}
            things = one_scene(collection.clip("Clip", clip, [filtered(settings, FILTER)]))
            environment = {installed.VARIABLE: str(home), **DRAWN_BY_OTHERS}
            directory = folder / f"obs-{model}-{encoder}"
            turns: dict[bool, list[dict]] = {False: [], True: []}
            with X264Obs(directory, things, size=SIZE, fps=FPS, environment=environment) as obs:
                wait_until_running(obs)
                with _encoding(encoder, obs):
                    for _ in range(options.rounds):
                        for enabled in (False, True):
                            turns[enabled].append(_turn(obs, enabled, options.seconds))
            for enabled in (False, True):
                _show(encoder, model if enabled else "", turns[enabled])


@contextlib.contextmanager
def _encoding(encoder: str, obs: PrivateObs):
    """Encode meanwhile."""
    if encoder == "OBS":
        obs.start_record()
        yield
        obs.stop_record()
    elif encoder == "all":
        picture = "testsrc2=size=1920x1080:rate=60"
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            picture,
            "-c:v",
            "libx264",
            "-f",
            "null",
            "-",
        ]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as ffmpeg:
            try:
                yield
            finally:
                ffmpeg.kill()
    else:
        yield


def _turn(obs: PrivateObs, enabled: bool, seconds: float) -> dict:
    """Return what was counted in a turn without or with the filter."""
    obs.ws.set_source_filter_enabled("Clip", FILTER, enabled)
    state = "running" if enabled else "idle"
    wait_for(lambda: status(obs)["state"] == state, f"the filter is {state}")
    # The delay finds its length in the first second or two.
    time.sleep(3.0)
    processes = psutil.Process(status(obs)["worker_pid"]), psutil.Process(obs.pid)
    before, used, began = obs.ws.get_stats(), [_cpu(one) for one in processes], time.monotonic()
    # So long is measured.
    time.sleep(seconds)
    found = status(obs)
    after, took = obs.ws.get_stats(), time.monotonic() - began
    worker, host = ((_cpu(one) - cpu) / took * 100 for one, cpu in zip(processes, used))
    return {
        "alphas": found["alphas_per_second"],
        "ms": found["milliseconds_per_alpha"],
        "delay": found["delay_milliseconds"],
        "worker": worker,
        "host": host,
        "fps": (after.render_total_frames - before.render_total_frames) / took,
        "lagged": after.render_skipped_frames - before.render_skipped_frames,
        "rendered": after.render_total_frames - before.render_total_frames,
        "skipped": after.output_skipped_frames - before.output_skipped_frames,
        "output": after.output_total_frames - before.output_total_frames,
    }


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _show(encoder: str, model: str, turns: list[dict]) -> None:
    """Print a line of the table: means over the turns, frames as sums."""
    mean = {key: sum(turn[key] for turn in turns) / len(turns) for key in turns[0]}
    total = {key: sum(turn[key] for turn in turns) for key in turns[0]}
    filter_part = (
        f"{mean['alphas']:8.1f} {mean['ms']:8.1f} {mean['delay']:9.0f}" if model else f"{'':8} {'':8} {'':9}"
    )
    print(
        f"{encoder:8} {model or 'off':20} {filter_part} {mean['worker']:12.1f} "
        f"{mean['host']:9.0f} {mean['fps']:6.1f}  {total['lagged']:4.0f} of {total['rendered']:<5.0f} "
        f"{total['skipped']:4.0f} of {total['output']:.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
