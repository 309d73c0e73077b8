# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a real OBS with the filter: ``python -m tests.bench.gallery --out DIR``.

DIR gets, by ``--only``:

- ``looks``: what the settings do: a picture of each way of LOOKS, and a sheet of them.
- ``rooms``: three kinds of rooms, before and after.
- ``edge``: the edge at full HD, before and after, at 100 %.
- ``animation``: a short one, in which the background changes (needs ffmpeg with libwebp).
- ``page``: OBS' window Filters with the filter's page (needs xdotool and ffmpeg; ``--language`` is OBS').

The person is that of the demo's portrait (NASA, public domain), cut out by "quality". For the looks,
``--person FILE ...`` takes photographs of your own, and ``--look NAME ...`` some of the ways.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy

from obs_bgremove import home
from obs_bgremove.demo import person as moving
from obs_bgremove.private_obs import collection
from obs_bgremove.private_obs.wait import wait_for
from tests.bench import gallery_edge, gallery_page, gallery_rooms
from tests.bench.hd import PLAIN
from tests.obs.screenshots import settled
from tests.obs.stage import (
    exchange,
    filtered,
    filtered_picture,
    make_home,
    one_scene,
    open_obs,
    status,
    wait_for_frames,
    wait_until_running,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from obs_bgremove.private_obs.instance import PrivateObs

PORTRAIT = home.PROJECT / "obs_bgremove" / "demo" / "portrait.jpg"
FILTER = "Background Removal"
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
#: The network sees all of each picture: if it saw a part, and all now and then, its alpha would never stand
#: quite still.
_USUAL = {
    "crop_to_people": False,
    "brighten": 0.0,
    "outline": 0.0,
    "tint": 0.0,
    "keep": "everyone",
    "invert": False,
    "area_left": 0.0,
}
#: What the animation shows, one after the other: settings, None: the filter is off.
SHOWN: tuple[Mapping[str, object] | None, ...] = (
    None,
    {"background": "blur", "blur": 60.0},
    *({"background": "preset", "background_preset": name} for name in ("beach", "office", "city_lights")),
)
#: OBS is slowed down, so that a machine without a graphics card is not too late: it draws this many frames
#: per second, of a clip with as many, and the animation plays them quicker. FRAMES show one background.
_SLOW, _QUICK, FRAMES = 5, 12, 12


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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--person", type=Path, nargs="+", default=[PORTRAIT], help="photographs of a person")
    parser.add_argument("--look", nargs="+", choices=LOOKS, default=list(LOOKS))
    parser.add_argument("--language", default="en-US", help="of OBS' windows, as de-DE")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for part in options.only:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            PARTS[part](options, folder, make_home(folder / "home", {}))


def _looks(options: argparse.Namespace, folder: Path, data: Path) -> None:
    plain = pictures(_read(options.person[0]))["plain"]
    with filtered_picture(folder, data, "quality", plain, fps=_SLOW) as obs:
        wait_until_running(obs)
        for person in options.person:
            made = []
            for look in options.look:
                shown = _shown(obs, folder, pictures(_read(person)), look)
                cv2.imwrite(str(options.out / f"{person.stem}, {look}.png"), shown)
                made.append(shown)
            if len(made) % 2:
                made.append(numpy.zeros_like(made[0]))
            rows = [numpy.hstack(made[number : number + 2]) for number in range(0, len(made), 2)]
            cv2.imwrite(str(options.out / f"{person.stem}.jpg"), numpy.vstack(rows))


def _read(path: Path) -> numpy.ndarray:
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
    shown = _still(obs)[..., :3].astype(numpy.uint8)
    print(f"{look}: {status(obs)['text']}", flush=True)
    cv2.putText(shown, look, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2)
    return shown


def _still(obs: PrivateObs) -> numpy.ndarray:
    """Return what OBS shows of the picture once it stands still, int [H, W, 4] BGRA."""
    wait_for_frames(obs, int(status(obs)["delay_frames"]) + 2)
    return settled(obs, "Picture", shots=4, seconds=120)


def _rooms(options: argparse.Namespace, folder: Path, data: Path) -> None:
    photograph = moving.frame(moving.portrait(), 0)
    with filtered_picture(folder, data, "quality", photograph, fps=_SLOW) as obs:
        wait_until_running(obs)
        person = _still(obs)
        living, dark = gallery_rooms.living_room(WIDTH, HEIGHT), gallery_rooms.dark_room(WIDTH, HEIGHT)
        rooms = {
            "beach": photograph,
            "office": gallery_rooms.before(living, person),
            "city_lights": gallery_rooms.before(dark, person, light=0.6),
        }
        columns = []
        for preset, room in rooms.items():
            exchange(obs, folder, room)
            settings = {"background": "preset", "background_preset": preset}
            obs.ws.set_source_filter_settings("Picture", FILTER, settings, True)
            columns.append(numpy.vstack([room, _still(obs)[..., :3].astype(numpy.uint8)]))
    sheet = cv2.resize(numpy.hstack(columns), None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(options.out / "rooms.jpg"), sheet, [cv2.IMWRITE_JPEG_QUALITY, 88])


def _edge(options: argparse.Namespace, folder: Path, data: Path) -> None:
    photograph = gallery_edge.photograph(moving.portrait())
    with filtered_picture(folder, data, "quality", photograph, canvas=(WIDTH, HEIGHT), fps=_SLOW) as obs:
        wait_until_running(obs)
        rows = []
        for settings in (PLAIN, {}):
            whole = {"model": "quality", "background": "transparent", "crop_to_people": False, **settings}
            obs.ws.set_source_filter_settings("Picture", FILTER, whole, False)
            rows.append(gallery_edge.row(_still(obs)))
    cv2.imwrite(str(options.out / "edge.jpg"), numpy.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 88])


def _animation(options: argparse.Namespace, folder: Path, data: Path) -> None:
    portrait, clip = moving.portrait(), folder / "camera.avi"
    video = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), _SLOW, (WIDTH, HEIGHT))
    for number in range(0, moving.COUNT, 2):
        video.write(moving.frame(portrait, number))
    video.release()
    source = collection.clip("Camera", clip, [filtered({"model": "quality"})])
    with open_obs(folder / "obs", data, one_scene(source), size=(WIDTH, HEIGHT), fps=_SLOW) as obs:
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


def _page(options: argparse.Namespace, folder: Path, data: Path) -> None:
    settings = {"background": "preset", "background_preset": "beach", "microphone": "Microphone"}
    gallery_page.take(folder, data, settings, options.language, options.out / f"page-{options.language}.jpg")


PARTS: dict[str, Callable[[argparse.Namespace, Path, Path], None]] = {
    "looks": _looks,
    "rooms": _rooms,
    "edge": _edge,
    "animation": _animation,
    "page": _page,
}


if __name__ == "__main__":
    main()
