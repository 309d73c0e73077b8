# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of OBS' own window Filters with the filter's page, in the OBS that is installed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import cv2
import numpy

from obs_bgremove.demo import person
from obs_bgremove.filter.options.open_page import OpenPage
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.hands import Hands
from tests.obs.stage import DRAWN_BY_OTHERS, filtered, one_scene, open_obs, status

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

SOURCE = "Camera"
_SETTINGS = {"background": "preset", "background_preset": "beach", "microphone": "Microphone"}
#: Where the second of the effect filters stands in the window, in pixels: the first one is the room guard.
_SECOND = (150, 447)
#: Frames per second, as of a camera. Without a graphics card it takes two cores that are idle.
_FPS = 30
#: Seconds to wait for a moment in which the machine keeps up: else the page says that it does not.
_PATIENCE = 240


def make(options: argparse.Namespace, folder: Path, data: Path) -> None:
    """Write a picture of the page in a language."""
    clip = person.write_clip(person.portrait(), folder / "camera.avi")
    microphone = collection.source("ffmpeg_source", "Microphone", {})
    things = one_scene(collection.clip(SOURCE, clip, [filtered(_SETTINGS)]), microphone)
    language, others = options.language, dict(DRAWN_BY_OTHERS)
    with open_obs(folder / "page", data, things, fps=_FPS, language=language, environment=others) as obs:
        wait_for(lambda: len(obs.ws.get_source_filter_list(SOURCE).filters) == 2, "the room guard is there")
        obs.ws.send("OpenInputFiltersDialog", {"inputName": SOURCE}, raw=True)
        hands = Hands(obs.display)
        window = hands.wait(SOURCE)
        other = hands.picture(window)
        hands.click(window, *_SECOND)

        def shows_the_page() -> list[numpy.ndarray]:
            shots, states = [], []
            for _ in range(2):
                shots.append(hands.picture(window))
                states.append(status(obs))
                # What is slow is on the page only once it has lasted, and stays there as long.
                time.sleep(OpenPage.LASTING)
            # Below the half is the page, which says what the status does when it has stood still.
            first, second, before = (one[len(one) // 2 :] for one in (*shots, other))
            keeps_up = all(one["state"] == "running" and not one["remedy"] for one in states)
            still = numpy.array_equal(first, second) and not numpy.array_equal(second, before)
            return [shots[1]] if keeps_up and still else []

        (shown,) = wait_for(shows_the_page, "the machine keeps up, and the page is drawn", _PATIENCE)
    cv2.imwrite(str(options.out / f"page-{language}.jpg"), shown, [cv2.IMWRITE_JPEG_QUALITY, 92])
