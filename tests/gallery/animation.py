# SPDX-License-Identifier: GPL-2.0-or-later
"""A short animation in which the background changes (needs ffmpeg with libwebp)."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import cv2

from obs_bgremove.demo import person as moving
from obs_bgremove.private_obs import collection
from tests.gallery.picture import FILTER, HEIGHT, SLOW, WIDTH
from tests.obs.stage import filtered, one_scene, open_obs, wait_for_frames, wait_until_running

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

#: What is shown, one after the other: settings, None: the filter is off.
SHOWN: tuple[Mapping[str, object] | None, ...] = (
    None,
    {"background": "blur", "blur": 60.0},
    *({"background": "preset", "background_preset": name} for name in ("beach", "office", "city_lights")),
)
#: The frames that show one background, and how many of them a second shows in the end: OBS draws them slowly.
FRAMES, _QUICK = 12, 12


def make(options: argparse.Namespace, folder: Path, data: Path) -> None:
    """Write the animation, of the demo's portrait, which moves."""
    portrait, clip = moving.portrait(), folder / "camera.avi"
    video = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), SLOW, (WIDTH, HEIGHT))
    for number in range(0, moving.COUNT, 2):
        video.write(moving.frame(portrait, number))
    video.release()
    source = collection.clip("Camera", clip, [filtered({"model": "quality"})])
    with open_obs(folder / "obs", data, one_scene(source), size=(WIDTH, HEIGHT), fps=SLOW) as obs:
        wait_until_running(obs)
        obs.ws.set_source_filter_enabled("Camera", FILTER, False)
        obs.start_record()
        for settings in SHOWN:
            if settings:
                obs.ws.set_source_filter_settings("Camera", FILTER, settings, True)
            obs.ws.set_source_filter_enabled("Camera", FILTER, settings is not None)
            wait_for_frames(obs, FRAMES)
        recorded = obs.stop_record()
    command = ["ffmpeg", "-loglevel", "error", "-y", "-r", str(_QUICK), "-i", str(recorded)]
    command += ["-vf", "scale=480:-2", "-c:v", "libwebp_anim", "-quality", "80", "-loop", "0"]
    subprocess.run([*command, str(options.out / "backgrounds.webp")], check=True)
