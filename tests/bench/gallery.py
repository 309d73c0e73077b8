# SPDX-License-Identifier: GPL-2.0-or-later
"""What the settings do, as pictures of a real OBS: ``python -m tests.bench.gallery --out DIR``.

A person is cut out by "quality" in each way of LOOKS. DIR gets a picture of each, a sheet, and a video
in which the settings change. The person is that of the demo's portrait (NASA, public domain), or of
photographs of your own: ``--person FILE ...``. ``--look NAME ...`` takes some of the ways.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy

from obs_bgremove import home
from obs_bgremove.private_obs.wait import wait_for
from tests.obs.screenshots import settled
from tests.obs.stage import exchange, filtered_picture, make_home, status, wait_until_running

if TYPE_CHECKING:
    from obs_bgremove.private_obs.instance import PrivateObs

PORTRAIT = home.PROJECT / "obs_bgremove" / "demo" / "portrait.jpg"
WIDTH, HEIGHT = 640, 360
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
    "dim": ("dim", _PRESET),
    "brightened": ("dim", {**_PRESET, "brighten": 100.0}),
    "outline": ("plain", {"background": "blur", "outline": 8.0}),
    "tint": ("plain", {**_PRESET, "background_preset": "beach", "tint": 100.0}),
}
_USUAL = {"brighten": 0.0, "outline": 0.0, "tint": 0.0, "keep": "everyone", "invert": False, "area_left": 0.0}


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


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--person", type=Path, nargs="+", default=[PORTRAIT], help="photographs of a person")
    parser.add_argument("--look", nargs="+", choices=LOOKS, default=list(LOOKS))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        plain = pictures(_read(options.person[0]))["plain"]
        with filtered_picture(folder, make_home(folder / "home", {}), "quality", plain) as obs:
            wait_until_running(obs)
            obs.start_record()
            for person in options.person:
                made = [_shown(obs, folder, pictures(_read(person)), look) for look in options.look]
                for look, picture in zip(options.look, made):
                    cv2.imwrite(str(options.out / f"{person.stem}, {look}.png"), picture)
                if len(made) % 2:
                    made.append(numpy.zeros_like(made[0]))
                rows = [numpy.hstack(made[number : number + 2]) for number in range(0, len(made), 2)]
                cv2.imwrite(str(options.out / f"{person.stem}.jpg"), numpy.vstack(rows))
            video = obs.stop_record()
            shutil.copy(video, options.out / f"all{Path(video).suffix}")


def _read(path: Path) -> numpy.ndarray:
    picture = cv2.imread(str(path))
    if picture is None:
        raise SystemExit(f"{path} is no picture that can be read.")
    return picture


def _shown(obs: PrivateObs, folder: Path, of: dict[str, numpy.ndarray], look: str) -> numpy.ndarray:
    """Return what OBS shows with a look, uint8 [HEIGHT, WIDTH, 3]."""
    which, settings = LOOKS[look]
    exchange(obs, folder, of[which])
    obs.ws.set_source_filter_settings("Picture", "Background Removal", {**_USUAL, **settings}, True)
    if settings["background"] == "auto":
        wait_for(lambda: "You seem to wear" in status(obs)["text"], "what is worn is seen", 120)
    shown = settled(obs, "Picture", shots=4, seconds=60)[..., :3].astype(numpy.uint8)
    print(f"{look}: {status(obs)['text']}", flush=True)
    cv2.putText(shown, look, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2)
    return shown


if __name__ == "__main__":
    main()
