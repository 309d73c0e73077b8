# SPDX-License-Identifier: GPL-2.0-or-later
"""How much a model keeps of what people hold: things put at people of photographs.

    python -m export.studies.held --model MODEL ... --images SETS --things DIR [--most N] [--sheet FILE.jpg]

The people are those of photographs with masks, the things cut-outs with an alpha (see ``data.stamps``). A
thing is put over the person's contour between shoulder and hip, half before the body and half beside it; for
comparison it is also put into the room, where nobody holds it. The table has the share of pixels (%) that a
model takes for the person.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from ..common import scale
from ..common.errors import ExportError, exit_code
from ..common.markdown import table
from ..data import holding
from ..evaluate import pictures
from ..graph.runner import Runner
from ..shelf.locate import locate, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..common.arrays import Bytes, Floats

    Mask = NDArray[np.bool_]

#: The longer side of a thing, as a part of the height of what is seen of the person.
SIZES = (0.12, 0.3)
#: A network with a memory sees each picture so often.
_SEEN = 3
#: People are taken who fill at least this part of the picture.
_LEAST = 0.08
#: The longer side of the photographs, in pixels.
_SIDE = 640


class Held(NamedTuple):
    """A photograph with a thing in it: uint8 [H, W, 3] BGR, and bool [H, W] where the thing is."""

    picture: Bytes
    thing: Mask


def put(picture: Bytes, thing: Bytes, x: int, y: int) -> Held:
    """Put a thing (uint8 [h, w, 4] BGRA) into a picture, its middle at a place."""
    height, width = thing.shape[:2]
    alpha = np.zeros(picture.shape[:2], np.float32)
    colors = np.zeros(picture.shape, np.float32)
    top, left = y - height // 2, x - width // 2
    rows = slice(max(top, 0), min(top + height, picture.shape[0]))
    columns = slice(max(left, 0), min(left + width, picture.shape[1]))
    part = thing[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    alpha[rows, columns] = part[..., 3] / 255
    colors[rows, columns] = part[..., :3]
    mixed = picture + (colors - picture) * alpha[..., None]
    return Held(np.rint(mixed).astype(np.uint8), alpha > 0.5)


def places(
    person: Mask, side: int, random: np.random.Generator
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return (x, y) on the person's contour between shoulder and hip, and (x, y) in the room.

    None if there is no such place. person: bool [H, W]; side: the longer side of the thing in pixels.
    """
    rows = np.flatnonzero(person.any(axis=1))
    top, height = rows[0], rows[-1] - rows[0]
    contour = np.argwhere(holding.contour(person))
    contour = contour[(contour[:, 0] > top + 0.35 * height) & (contour[:, 0] < top + 0.75 * height)]
    beyond = cv2.distanceTransform((~person).astype(np.uint8), cv2.DIST_L2, 5)
    half = side // 2
    free = np.zeros(person.shape, bool)
    free[half : person.shape[0] - half, half : person.shape[1] - half] = True
    room = np.argwhere(free & (beyond > side))
    if not len(contour) or not len(room):
        return None
    (y, x), (away_y, away_x) = (random.choice(places).tolist() for places in (contour, room))
    return (x, y), (away_x, away_y)


def _things(folder: Path) -> list[Bytes]:
    read = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in sorted(folder.glob("*.png"))]
    found = [
        np.asarray(one, np.uint8) for one in read if one is not None and one.ndim == 3 and one.shape[2] == 4
    ]
    if not found:
        raise ExportError(f"There are no cut-outs with an alpha in {folder}; see export/data/stamps.py.")
    return found


def scenes(directory: Path, folder: Path, size: float, most: int) -> Iterator[tuple[Bytes, Mask, Held, Held]]:
    """Yield (picture, person, the thing held, the thing in the room) of photographs; the same ones each time.

    Raises ExportError.
    """
    things, random = _things(folder), np.random.default_rng(0)
    sets = pictures.find(directory)
    for root in sets.values():
        count = 0
        for picture, person in _photographs(root):
            rows = np.flatnonzero(person.any(axis=1))
            side = max(8, round(size * (rows[-1] - rows[0])))
            found = places(person, side, random)
            if found is None:
                continue
            thing = things[random.integers(len(things))]
            factor = side / max(thing.shape[:2])
            small = np.asarray(cv2.resize(thing, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
            yield picture, person, put(picture, small, *found[0]), put(picture, small, *found[1])
            count += 1
            if count >= most / len(sets):
                break


def _photographs(root: Path) -> Iterator[tuple[Bytes, Mask]]:
    """Yield the photographs of a set with a person who is large enough, at most _SIDE pixels wide or high."""
    for _name, picture, mask in pictures.read(root):
        factor = min(1.0, _SIDE / max(mask.shape))
        size = max(1, round(factor * mask.shape[1])), max(1, round(factor * mask.shape[0]))
        person = cv2.resize(mask, size, interpolation=cv2.INTER_AREA) > 0.5
        if person.mean() >= _LEAST:
            yield np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), person


def kept(picture: Bytes, runner: Runner) -> Mask:
    """Return what a model takes for the person in a picture: bool [H, W]."""
    runner.reset()
    alpha: Floats = np.zeros(picture.shape[:2], np.float32)
    for _ in range(_SEEN if runner.recurrent else 1):
        alpha = scale.alpha_of(picture, runner)
    return np.asarray(alpha > 0.5)


def measure(
    runner: Runner, sets: Path, things: Path, size: float, most: int, sheet: list[Bytes]
) -> list[float]:
    """Return the shares (%) of: the thing before the body, beside it, in the room, and the person without it.

    ``sheet`` gets a few pictures, cut out on grey.
    """
    counted = np.zeros((4, 2))
    for picture, person, held, away in scenes(sets, things, size, most):
        there, room, without = kept(held.picture, runner), kept(away.picture, runner), kept(picture, runner)
        looks = (
            (there, held.thing & person),
            (there, held.thing & ~person),
            (room, away.thing),
            (without, person),
        )
        for row, (found, where) in enumerate(looks):
            counted[row] += (found & where).sum(), where.sum()
        if len(sheet) < 12:
            shown = np.where(there[..., None], held.picture, 127).astype(np.uint8)
            both = cv2.resize(np.hstack([held.picture, shown]), (640, 320), interpolation=cv2.INTER_AREA)
            sheet.append(np.asarray(both, np.uint8))
    if not counted[3, 1]:
        raise ExportError(
            f"There is no photograph in {sets} with a person and room beside them; name others."
        )
    return [float(share) for share in 100 * counted[:, 0] / np.maximum(counted[:, 1], 1)]


def _study(options: argparse.Namespace) -> None:
    rows, sheets = [], []
    for model in [locate(name) for name in options.model]:
        runner = Runner(model)
        for size in SIZES:
            sheet: list[Bytes] = []
            shares = measure(runner, options.images, options.things, size, options.most, sheet)
            rows.append([name_of(model), f"{size:.0%}", *(f"{share:.0f}" for share in shares)])
            sheets.append(np.vstack(sheet))
    print(table(["model", "size", "before the body", "beside it", "in the room", "the person"], rows))
    if options.sheet:
        cv2.imwrite(str(options.sheet), np.hstack(sheets))


def main(arguments: list[str]) -> int:
    """Print the table; return an exit code."""
    parser = argparse.ArgumentParser(prog="python -m export.studies.held", description=__doc__)
    parser.add_argument("--model", nargs="+", required=True, help="names of installed models, or paths")
    parser.add_argument("--images", type=Path, required=True, help="sets of photographs with masks")
    parser.add_argument("--things", type=Path, required=True, help="folder of cut-outs with an alpha")
    parser.add_argument("--most", type=int, default=150, help="photographs at most (default: 150)")
    parser.add_argument("--sheet", type=Path, help="write some of the pictures there")
    options = parser.parse_args(arguments)
    return exit_code(lambda: _study(options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
