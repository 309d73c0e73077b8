# SPDX-License-Identifier: GPL-2.0-or-later
"""Three kinds of rooms, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy

from obs_bgremove.demo import person as moving
from tests.gallery import drawn_rooms
from tests.gallery.picture import FILTER, HEIGHT, SLOW, WIDTH, still
from tests.obs.stage import exchange, filtered_picture, wait_until_running

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


def make(options: argparse.Namespace, folder: Path, data: Path) -> None:
    """Write a sheet: above each room with the person, below what OBS shows instead."""
    photograph = moving.frame(moving.portrait(), 0)
    with filtered_picture(folder, data, "quality", photograph, fps=SLOW) as obs:
        wait_until_running(obs)
        person = still(obs)
        living, dark = drawn_rooms.living_room(WIDTH, HEIGHT), drawn_rooms.dark_room(WIDTH, HEIGHT)
        rooms = {
            "beach": photograph,
            "office": drawn_rooms.before(living, person),
            "city_lights": drawn_rooms.before(dark, person, light=0.6),
        }
        columns = []
        for preset, room in rooms.items():
            exchange(obs, folder, room)
            settings = {"background": "preset", "background_preset": preset}
            obs.ws.set_source_filter_settings("Picture", FILTER, settings, True)
            columns.append(numpy.vstack([room, still(obs)[..., :3].astype(numpy.uint8)]))
    sheet = cv2.resize(numpy.hstack(columns), None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(options.out / "rooms.jpg"), sheet, [cv2.IMWRITE_JPEG_QUALITY, 88])
