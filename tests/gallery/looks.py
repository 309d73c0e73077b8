# SPDX-License-Identifier: GPL-2.0-or-later
"""What the settings do to photographs of people: a picture of each look, and a sheet of all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy

from obs_bgremove import home
from obs_bgremove.private_obs.wait import wait_for
from tests.gallery.picture import FILTER, HEIGHT, SLOW, WIDTH, still
from tests.obs.stage import exchange, filtered_picture, status, wait_until_running

if TYPE_CHECKING:
    import argparse

    from obs_bgremove.private_obs.instance import PrivateObs

PORTRAIT = home.PROJECT / "obs_bgremove" / "demo" / "portrait.jpg"
_PRESET = {"background": "preset", "background_preset": "city_lights"}
_AUTO = {"background": "auto", "outfit_change": "follow"}
#: Which picture (see ``pictures``), and the settings.
LOOKS = {
    "as it is": ("plain", {"background": "transparent", "invert": False}),
    "auto": ("plain", _AUTO),
    "everyone": ("poster", {**_PRESET, "keep": "everyone"}),
    "in front": ("poster", {**_PRESET, "keep": "front"}),
    "area": ("poster", {**_PRESET, "area_left": 36.0}),
    "invert": ("plain", {"background": "blur", "blur": 100.0, "invert": True}),
    "blur": ("plain", {"background": "blur"}),
    "depth look": ("plain", {"background": "blur", "depth_look": True}),
    "dim": ("dim", _PRESET),
    "brightened": ("dim", {**_PRESET, "brighten": 100.0}),
    "outline": ("plain", {"background": "blur", "outline": 8.0}),
    "tint": ("plain", {**_PRESET, "background_preset": "beach", "tint": 100.0}),
}
#: The network sees all of each picture: if it saw a part, and all now and then, its alpha would never stand
#: quite still.
_USUAL = {
    "crop_to_people": False,
    "brighten": 0.0,
    "outline": 0.0,
    "tint": 0.0,
    "keep": "everyone",
    "invert": False,
    "depth_look": False,
    "area_left": 0.0,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--person`` and ``--look``."""
    parser.add_argument("--person", type=Path, nargs="+", default=[PORTRAIT], help="photographs of a person")
    parser.add_argument("--look", nargs="+", choices=LOOKS, default=list(LOOKS))


def make(options: argparse.Namespace, folder: Path, data: Path) -> None:
    """Write the picture of each look, and a sheet, of each person."""
    plain = pictures(read(options.person[0]))["plain"]
    with filtered_picture(folder, data, "quality", plain, fps=SLOW) as obs:
        wait_until_running(obs)
        for person in options.person:
            made = []
            for look in options.look:
                shown = _shown(obs, folder, pictures(read(person)), look)
                cv2.imwrite(str(options.out / f"{person.stem}, {look}.png"), shown)
                made.append(shown)
            if len(made) % 2:
                made.append(numpy.zeros_like(made[0]))
            rows = [numpy.hstack(made[number : number + 2]) for number in range(0, len(made), 2)]
            cv2.imwrite(str(options.out / f"{person.stem}.jpg"), numpy.vstack(rows))


def pictures(person: numpy.ndarray) -> dict[str, numpy.ndarray]:
    """Return pictures of a photograph, uint8 [H, W, 3]: plain, dim, with a poster of it beside it."""
    factor = HEIGHT / person.shape[0]
    small = cv2.resize(person, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    plain = numpy.full((HEIGHT, WIDTH, 3), 150, numpy.uint8)
    left, across = max(WIDTH - small.shape[1], 0) * 3 // 4, min(small.shape[1], WIDTH)
    plain[:, left : left + across] = small[:, :across]
    dim = ((plain / 255) ** 2.2 * 0.15) ** (1 / 2.2) * 255
    poster = plain.copy()
    little = cv2.resize(small, None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA)[:, : WIDTH // 4]
    poster[30 : 30 + little.shape[0], 20 : 20 + little.shape[1]] = little
    return {"plain": plain, "dim": dim.round().astype(numpy.uint8), "poster": poster}


def read(path: Path) -> numpy.ndarray:
    """Return a photograph, uint8 [H, W, 3] BGR."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise SystemExit(f"{path} is no picture that can be read.")
    return picture


def _shown(obs: PrivateObs, folder: Path, of: dict[str, numpy.ndarray], look: str) -> numpy.ndarray:
    """Return what OBS shows with a look, uint8 [HEIGHT, WIDTH, 3]."""
    which, settings = LOOKS[look]
    exchange(obs, folder, of[which])
    obs.ws.set_source_filter_settings("Picture", FILTER, {**_USUAL, **settings}, True)
    if settings["background"] == "auto":
        wait_for(lambda: "You seem to wear" in status(obs)["text"], "what is worn is seen", 120)
    shown = still(obs)[..., :3].astype(numpy.uint8)
    print(f"{look}: {status(obs)['text']}", flush=True)
    cv2.putText(shown, look, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2)
    return shown
