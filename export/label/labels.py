# SPDX-License-Identifier: GPL-2.0-or-later
"""Teachers label photographs, and what they agree on is kept.

The label is the mean of the teachers' alphas, each by its share. Where these change when the picture is
mirrored or smaller, nothing is learned: the weight is 0 there. Where a teacher sees something else than a
shifted edge it is halved, and those who are outvoted do not count: a mean of yes and no would teach haze.
"""

from __future__ import annotations

import os
import re
import shutil
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..common.errors import ExportError
from ..common.progress import Bar, say
from ..data import rights, stills
from .teachers import find

if TYPE_CHECKING:
    from pathlib import Path

#: A recurrent teacher improves over about so many frames of a still.
LOOKS = 15
#: Of the teacher's whole view, the share that the picture takes; each is seen mirrored too.
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
    label; by default the first one's alone. ``part`` "2/8" labels the second of eight parts: so many
    processes share the work.

    Continues where it was cut off. Raises ExportError if a teacher is not there or its answers are not free.
    """
    shares = shares or (1.0, *[0.0] * (len(teachers) - 1))
    if len(shares) != len(teachers) or min(shares) < 0 or not sum(shares):
        raise ExportError(f"--shares needs {len(teachers)} numbers, one for each teacher, not all of them 0.")
    found_teachers = [find(name, looks, sizes) for name in teachers]
    names = list(dict.fromkeys(name for teacher in found_teachers for name in teacher.names))
    match = re.fullmatch(r"(\d+)/(\d+)", part)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise ExportError(f"--part is {part!r}; it must be like 2/8: the second of eight.")
    # In an order of its own, so that what is done so far is always a fair sample.
    found = sorted(stills.pictures([images]), key=lambda path: zlib.crc32(path.name.encode()))
    found = found[int(match[1]) - 1 :: int(match[2])]
    for name in ("images", "masks", "weights", "left_out"):
        (into / name).mkdir(parents=True, exist_ok=True)
    record = into / rights.RECORD
    quoted = ", ".join(f'"{name}"' for name in names)
    text = f"teachers = [{quoted}]\nlooks = {looks}\nsizes = {list(sizes)}\n"
    if any(shares[1:]):
        text += f"shares = {list(shares)}\n"
    if record.is_file() and record.read_text(encoding="utf-8") != text:
        raise ExportError(f"{record} was made with other teachers or views; label into another directory.")
    record.write_text(text, encoding="utf-8")
    with Bar("labels", len(found)) as bar:
        for number, path in enumerate(found):
            bar.at(number)
            mark = into / "left_out" / path.stem
            if (into / "masks" / f"{path.stem}.png").exists() or mark.exists():
                continue
            picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if picture is None:
                raise ExportError(f"{path} is not a picture that can be read; replace or remove it.")
            answers = [teacher.views(path, picture) for teacher in found_teachers]
            alpha, weight = agreed(answers, shares)
            if alpha is None:
                mark.touch()
                continue
            shutil.copyfile(path, into / "images" / path.name)
            _write(into / "weights" / f"{path.stem}.png", weight)
            # The mask last: it says that the picture is done.
            _write(into / "masks" / f"{path.stem}.png", alpha)
        bar.at(len(found))
    kept = sum(1 for _ in (into / "masks").iterdir())
    say(f"{kept} pictures labelled in {into}; where teachers disagree about who is there, none.")
    return kept


def agreed(
    answers: list[np.ndarray | None], shares: tuple[float, ...] = ()
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return alpha and weight (float32 [H, W] in 0..1) of the teachers' views [V, H, W], or (None,
    None) if they disagree, or one does not know. ``shares`` as for :func:`label`.
    """
    if any(views is None for views in answers):
        return None, None
    shares = shares or (1.0, *[0.0] * (len(answers) - 1))
    means = [views.mean(0) for views in answers]
    alpha = _mean(means, shares)
    # A teacher that wavers by a quarter between mirrored and smaller pictures knows little.
    weight = np.clip(1.5 - 4 * _mean([views.std(0) for views in answers], shares), 0, 1)
    person = alpha > 0.5
    steady = min(_iou(one > 0.5, person) for one in answers[0]) >= STEADY_IOU
    reach = 2 * max(1, round(EDGE * max(alpha.shape))) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    doubted = np.zeros(alpha.shape, bool)
    for mean in means:
        seen = mean > 0.5
        if not steady and _iou(person, seen) < LEAST_IOU:
            return None, None
        # A difference that an opening leaves is wider than an edge's uncertainty.
        wide = cv2.morphologyEx((person != seen).astype(np.uint8), cv2.MORPH_OPEN, kernel)
        doubted |= cv2.dilate(wide, kernel) > 0
    weight[doubted] *= DOUBT
    winners = [share * ((mean > 0.5) == person) for share, mean in zip(shares, means)]
    decided = sum(share * mean for share, mean in zip(winners, means)) / np.maximum(sum(winners), 1e-6)
    alpha = np.where(doubted, decided, alpha)
    return alpha.astype(np.float32), weight.astype(np.float32)


def _mean(values, shares):
    return sum(share * value for share, value in zip(shares, values)) / sum(shares)


def _iou(one, other):
    """Return how much two masks overlap, 1 if both are empty."""
    either = (one | other).sum()
    return (one & other).sum() / either if either else 1.0


def _write(path, values):
    fresh = path.with_suffix(".new.png")
    cv2.imwrite(str(fresh), np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8))
    os.replace(fresh, path)
