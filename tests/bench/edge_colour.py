# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of the old room's colour stays in soft edges, with and without cleaning, in a real OBS.

    python -m tests.bench.edge_colour --clips DIR [--home DIR] [--model MODEL] [--frames N]
    python -m tests.bench.edge_colour --crop FILE [--home DIR] [--model MODEL]

A clip is a folder of com.mp4 (the picture) and pha.mkv (its alpha). From each, pictures are made whose
person's colours are known: the person, coloured beyond the edge as just inside of it, before the room of the
next clip. The filter cuts them out; the colour that it shows is compared with the known one where the true
alpha is soft (0.05 to 0.95) and at least a tenth is shown: mean error in 255ths. Pictures in which the
network finds nobody are left out. The second command writes a picture: the hair of the demo's portrait before
a dark colour, without cleaning and with it, side by side.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy

from export.evaluate import clips
from obs_bgremove.demo import person
from tests.obs.screenshots import settled
from tests.obs.stage import add_home_option, exchange, filtered_picture, installed_model, make_home, status

if TYPE_CHECKING:
    from obs_bgremove.private_obs.instance import PrivateObs

FILTER = "Background Removal"
DARK = 0xFF302010
#: Where the portrait's hair ends, at the top and on both sides.
HAIR = (slice(20, 160), slice(200, 420))


def main() -> None:
    """Measure each clip and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, help="folder with clip folders")
    parser.add_argument("--crop", type=Path, help="where to write the picture")
    add_home_option(parser)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--frames", type=int, default=3, help="pictures of each clip")
    options = parser.parse_args()
    if not options.clips and not options.crop:
        parser.error("say --clips DIR, --crop FILE, or both")
    if options.crop:
        cv2.imwrite(str(options.crop), crop(options), [cv2.IMWRITE_JPEG_QUALITY, 88])
    if options.clips:
        table(options)


def crop(options) -> numpy.ndarray:
    """Return the portrait's hair before a dark colour, without cleaning and with it: uint8 [H, W, 3]."""
    frame = person.frame(person.portrait(), 0)
    with tempfile.TemporaryDirectory() as folder, shown_in_obs(Path(folder), options, frame) as obs:
        pictures = []
        for cleaning in (False, True):
            set_filter(obs, options.model, background="color", background_color=DARK, color_cleaning=cleaning)
            pictures.append(shown(obs)[HAIR][..., :3].astype(numpy.uint8))
    gap = numpy.full((pictures[0].shape[0], 4, 3), 255, numpy.uint8)
    whole = numpy.hstack([pictures[0], gap, pictures[1]])
    return cv2.resize(whole, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)


def table(options) -> None:
    """Measure each clip and print the table."""
    found = clips.find(options.clips)
    taken = [pick(clip, options.frames) for clip in found]
    print(f"{'clip':34}{'own colour':>12}{'cleaned':>12}{'falls by':>12}{'pictures':>12}")
    means = []
    with tempfile.TemporaryDirectory() as folder, shown_in_obs(Path(folder), options, taken[0][0][0]) as obs:
        for number, clip in enumerate(found):
            rooms = taken[(number + 1) % len(taken)]
            errors = [
                measure(obs, Path(folder), options.model, frame, alpha, room)
                for (frame, alpha), room in zip(taken[number], rooms)
            ]
            found_somebody = [one for one in errors if one[0] is not None and one[1] is not None]
            if found_somebody:
                means.append(numpy.mean(found_somebody, axis=0))
                print(row(clip.name, means[-1]) + f"{len(found_somebody):12}", flush=True)
            else:
                print(f"{clip.name:34}the network finds nobody", flush=True)
    if means:
        print(row("mean", numpy.mean(means, axis=0)))


def shown_in_obs(folder: Path, options, picture: numpy.ndarray) -> PrivateObs:
    """Return an OBS, not yet started, with the filter on a picture."""
    home = make_home(folder / "home", {options.model: installed_model(options.home, options.model)})
    return filtered_picture(folder, home, options.model, picture)


def row(label: str, errors) -> str:
    """Return a line of the table."""
    return f"{label:34}{errors[0]:12.1f}{errors[1]:12.1f}{1 - errors[1] / errors[0]:12.0%}"


def pick(clip: Path, count: int) -> list[tuple[numpy.ndarray, numpy.ndarray]]:
    """Return (picture, alpha) of some frames from all over a clip."""
    frames = list(clips.read(clip))
    return [frames[len(frames) * (2 * one + 1) // (2 * count)] for one in range(count)]


def measure(
    obs: PrivateObs, folder: Path, model: str, frame, alpha, room
) -> tuple[float | None, float | None]:
    """Return the errors of one picture: with the frame's own colour, and cleaned."""
    known = spread(frame, alpha > 0.98)
    behind = spread(room[0], cv2.dilate(room[1], numpy.ones((9, 9))) < 0.02)
    behind = cv2.resize(behind, alpha.shape[::-1])
    picture = alpha[..., None] * known + (1 - alpha[..., None]) * behind
    exchange(obs, folder, picture)
    own, cleaned = (error(obs, known, alpha, cleaning, model) for cleaning in (False, True))
    return own, cleaned


def spread(picture: numpy.ndarray, where: numpy.ndarray) -> numpy.ndarray:
    """Return the picture, float32, with the colours from ``where`` spread over all the rest, smoothly."""
    weights = where.astype(numpy.float32)[..., None]
    sums = picture.astype(numpy.float32) * weights
    levels = [(sums, weights)]
    while min(levels[-1][1].shape[:2]) > 2:
        levels.append(tuple(_shaped(cv2.pyrDown(one)) for one in levels[-1]))
    result = levels[-1][0] / numpy.maximum(levels[-1][1], 1e-6)
    for sums, weights in reversed(levels[:-1]):
        result = cv2.resize(result, weights.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        sure = numpy.minimum(4 * weights, 1)
        result = sure * sums / numpy.maximum(weights, 1e-6) + (1 - sure) * result
    return result


def _shaped(picture: numpy.ndarray) -> numpy.ndarray:
    return picture if picture.ndim == 3 else picture[..., None]


def error(obs: PrivateObs, known, alpha, cleaning: bool, model: str) -> float | None:
    """Return the mean error of the colour shown in the soft band, in 255ths; None if next to none is shown.

    ``known`` float [H, W, 3] are the person's colours, ``alpha`` float [H, W] is the true one.
    """
    set_filter(obs, model, background="transparent", color_cleaning=cleaning)
    picture = shown(obs)
    shown_alpha = picture[..., 3] / 255
    band = (alpha > 0.05) & (alpha < 0.95) & (shown_alpha > 0.1)
    if band.sum() < 200:
        return None
    # obs-websocket has sources drawn without linear light: the values are premultiplied as they are.
    colour = numpy.clip(picture[..., :3] / numpy.maximum(shown_alpha, 0.01)[..., None], 0, 255)
    return float(numpy.abs(colour - known)[band].mean())


def set_filter(obs: PrivateObs, model: str, **settings) -> None:
    """Set settings of the filter; the others get their defaults."""
    obs.ws.set_source_filter_settings("Picture", FILTER, {"model": model, **settings}, False)


def shown(obs: PrivateObs) -> numpy.ndarray:
    """Return a screenshot, int [H, W, 4] BGRA, once the picture stands still and the filter runs."""
    return settled(obs, "Picture", lambda _: status(obs)["state"] == "running", shots=3, seconds=60)


if __name__ == "__main__":
    main()
