# SPDX-License-Identifier: GPL-2.0-or-later
"""Teachers label photographs, and what they agree on is kept.

The label is the mean of the teachers' alphas, each by its share. Where these change when the picture is
mirrored or smaller, nothing is learned: the weight is 0 there. Where a teacher sees something else than a
shifted edge, the weight is halved and only the majority counts: a mean of yes and no would teach haze.
"""

from __future__ import annotations

import re
import shutil
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

from obs_bgremove.files import replace_whole

from ..common.errors import ExportError
from ..common.progress import Bar, say
from ..data import rights, stills
from .teachers import find

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ..common.arrays import Bools, Bytes, Floats
    from .teachers import Earlier, Models

#: A recurrent teacher improves over about this many frames of a still.
LOOKS = 15
#: Shares of the teacher's whole view that the picture takes; each is seen mirrored too.
SIZES = (1.0, 0.75)
#: Teachers that overlap less than this disagree about who is there: the picture is left out, unless the
#: first one's views overlap by at least STEADY_IOU. On photos with hand-made masks those labels were nearly
#: as good (IoU 0.85) as all others (0.90); the other teacher had missed small, bent or half hidden people.
LEAST_IOU, STEADY_IOU = 0.5, 0.85
#: Weight where another teacher disagrees; there the first one was right in four of five pixels.
DOUBT = 0.5
#: Teachers' edges may differ by this share of the picture's longer side.
EDGE = 0.015


def label(
    images: Path,
    into: Path,
    teachers: list[str],
    part: str = "1/1",
    looks: int = LOOKS,
    sizes: tuple[float, ...] = SIZES,
    shares: tuple[float, ...] = (),
) -> int:
    """Write ``into``/{images,masks,weights,labels.toml}; return how many pictures were kept.

    A teacher is the name of an installed model, names joined by "+" (one network in several shapes), or a
    directory of earlier labels: see :mod:`.teachers`. ``shares``: how much each one's alpha counts in the
    label; by default the first one's alone. ``part`` "2/8" labels the second of eight parts, so that several
    processes can share the work.

    Continues where it was cut off. Raises ExportError if a teacher is missing or its answers are not free.
    """
    shares = shares or _first_alone(len(teachers))
    if len(shares) != len(teachers) or min(shares) < 0 or not sum(shares):
        raise ExportError(f"--shares needs {len(teachers)} numbers, one for each teacher, not all of them 0.")
    found_teachers = [find(name, looks, sizes) for name in teachers]
    found = _part(images, part)
    for name in ("images", "masks", "weights", "left_out"):
        (into / name).mkdir(parents=True, exist_ok=True)
    _keep_record(into / rights.RECORD, found_teachers, looks, sizes, shares)
    with Bar("labels", len(found)) as bar:
        for number, path in enumerate(found):
            bar.at(number)
            _label_one(path, into, found_teachers, shares)
        bar.at(len(found))
    kept = sum(1 for _ in (into / "masks").iterdir())
    say(f"{kept} pictures are labelled in {into}; those whose teachers disagree about who is there are not.")
    return kept


def _first_alone(count: int) -> tuple[float, ...]:
    return (1.0, *[0.0] * (count - 1))


def _part(images: Path, part: str) -> list[Path]:
    """Return the photographs of one part, in an order that does not depend on their names.

    What is done so far is then always a fair sample.
    """
    match = re.fullmatch(r"(\d+)/(\d+)", part)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise ExportError(f"--part is {part!r}; it must be like 2/8: the second of eight.")
    found = sorted(stills.pictures([images]), key=lambda path: zlib.crc32(path.name.encode()))
    return found[int(match[1]) - 1 :: int(match[2])]


def _keep_record(
    record: Path,
    teachers: Sequence[Models | Earlier],
    looks: int,
    sizes: tuple[float, ...],
    shares: tuple[float, ...],
) -> None:
    """Write who labels, and how; raise ExportError if the directory was begun with something else."""
    names = list(dict.fromkeys(name for teacher in teachers for name in teacher.names))
    quoted = ", ".join(f'"{name}"' for name in names)
    text = f"teachers = [{quoted}]\nlooks = {looks}\nsizes = {list(sizes)}\n"
    if any(shares[1:]):
        text += f"shares = {list(shares)}\n"
    if record.is_file() and record.read_text(encoding="utf-8") != text:
        raise ExportError(f"{record} was made with other teachers or views; label into another directory.")
    record.write_text(text, encoding="utf-8")


def _label_one(
    path: Path, into: Path, teachers: Sequence[Models | Earlier], shares: tuple[float, ...]
) -> None:
    mark = into / "left_out" / path.stem
    if (into / "masks" / f"{path.stem}.png").exists() or mark.exists():
        return
    picture: Bytes | None = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ExportError(f"{path} is not a picture that can be read; replace or remove it.")
    alpha, weight = agreed([teacher.views(path, picture) for teacher in teachers], shares)
    if alpha is None or weight is None:
        mark.touch()
        return
    shutil.copyfile(path, into / "images" / path.name)
    _write(into / "weights" / f"{path.stem}.png", weight)
    # The mask last: it says that the picture is done.
    _write(into / "masks" / f"{path.stem}.png", alpha)


def agreed(
    answers: Sequence[Floats | None], shares: tuple[float, ...] = ()
) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
    """Return alpha and weight (float32 [H, W] in 0..1) of the teachers' views [V, H, W].

    (None, None) if they disagree, or if one has no answer. ``shares`` as for :func:`label`.
    """
    views = [each for each in answers if each is not None]
    if len(views) < len(answers):
        return None, None
    shares = shares or _first_alone(len(views))
    means: list[Floats] = [each.mean(0) for each in views]
    alpha = _mean(means, shares)
    # A teacher that wavers by a quarter between mirrored and smaller pictures knows little.
    weight = np.clip(1.5 - 4 * _mean([each.std(0) for each in views], shares), 0, 1)
    person = alpha > 0.5
    steady = min(_iou(one > 0.5, person) for one in views[0]) >= STEADY_IOU
    if not steady and any(_iou(person, mean > 0.5) < LEAST_IOU for mean in means):
        return None, None
    doubted = _doubted(person, means)
    weight[doubted] *= DOUBT
    winners = [share * ((mean > 0.5) == person) for share, mean in zip(shares, means)]
    decided = sum(share * mean for share, mean in zip(winners, means)) / np.maximum(sum(winners), 1e-6)
    alpha = np.where(doubted, decided, alpha)
    return alpha.astype(np.float32), weight.astype(np.float32)


def _doubted(person: Bools, means: list[Floats]) -> Bools:
    """Return where a teacher sees something else than the ``person`` with a shifted edge, [H, W]."""
    reach = 2 * max(1, round(EDGE * max(person.shape))) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    doubted: Bools = np.zeros(person.shape, bool)
    for mean in means:
        # A difference that an opening leaves is wider than an edge's uncertainty.
        wide = cv2.morphologyEx((person != (mean > 0.5)).astype(np.uint8), cv2.MORPH_OPEN, kernel)
        doubted |= cv2.dilate(wide, kernel) > 0
    return doubted


def _mean(values: Sequence[Floats], shares: Sequence[float]) -> Floats:
    total: Floats = np.sum([share * value for share, value in zip(shares, values)], axis=0)
    return total / sum(shares)


def _iou(one: Bools, other: Bools) -> float:
    """Return how much two masks overlap, 1 if both are empty."""
    either = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / either if either else 1.0


def _write(path: Path, values: Floats) -> None:
    _, png = cv2.imencode(".png", np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8))
    replace_whole(path, png.tobytes())
