# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export label``: teachers label photographs, and what they agree on is kept.

The first teacher's alpha is the label. Where it changes when the picture is mirrored or smaller, nothing is
learned: the weight is 0 there. Where another teacher sees something else than a shifted edge it is halved.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import zlib
from pathlib import Path

import cv2
import numpy as np

from .data import rights, stills
from .errors import ExportError
from .evaluate.command import locate
from .progress import Bar, say
from .runner import Runner

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
) -> int:
    """Write ``into``/{images,masks,weights,labels.toml}; return how many pictures were kept.

    A teacher is the name of an installed model, or names joined by "+": each picture goes to the one
    whose shape is nearest to its own. ``part`` "2/8" labels the second of eight parts: so many processes
    share the work. A recurrent teacher sees each view ``looks`` times.

    Continues where it was cut off. Raises ExportError if a teacher is not there or its answers are not free.
    """
    names = [name for teacher in teachers for name in teacher.split("+")]
    strangers = [name for name in names if name not in rights.FREE_TEACHERS]
    if strangers:
        known = ", ".join(rights.FREE_TEACHERS)
        raise ExportError(f"{strangers[0]!r} is not known to be a free teacher; choose among: {known}.")
    groups = [[Runner(locate(name)) for name in teacher.split("+")] for teacher in teachers]
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
            answers = [views(nearest(group, picture), picture, looks, sizes) for group in groups]
            alpha, weight = agreed(answers)
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


def nearest(runners: list[Runner], picture: np.ndarray) -> Runner:
    """Return the runner whose frames waste the least of their area on ``picture`` (uint8 [H, W, 3])."""
    height, width = picture.shape[:2]

    def waste(runner):
        return abs(math.log(width / height * runner.height / runner.width))

    return min(runners, key=waste)


def views(runner: Runner, picture: np.ndarray, looks: int, sizes: tuple[float, ...]) -> np.ndarray:
    """Return the teacher's alphas of ``picture`` (uint8 [H, W, 3]), float32 [V, H, W] in 0..1,
    one per view: each of ``sizes``, mirrored and not, the last of ``looks`` at it.
    """
    answers = []
    for size in sizes:
        for mirrored in (False, True):
            frame, place = _framed(picture[:, ::-1] if mirrored else picture, runner, size)
            runner.reset()
            for _ in range(looks if runner.recurrent else 1):
                alpha = runner.alpha(frame)
            top, left, height, width = place
            alpha = alpha[top : top + height, left : left + width].astype(np.float32) / 255
            alpha = cv2.resize(alpha, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
            answers.append(alpha[:, ::-1] if mirrored else alpha)
    return np.stack(answers)


def agreed(answers: list[np.ndarray]) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return alpha and weight (float32 [H, W] in 0..1) of the teachers' views, or (None,
    None) if they disagree.
    """
    means = [views.mean(0) for views in answers]
    alpha = means[0]
    # A view that wavers by a quarter between mirrored and smaller pictures knows little.
    weight = np.clip(1.5 - 4 * answers[0].std(0), 0, 1)
    person = alpha > 0.5
    steady = min(_iou(one > 0.5, person) for one in answers[0]) >= STEADY_IOU
    reach = 2 * max(1, round(EDGE * max(alpha.shape))) + 1
    for other in means[1:]:
        seen = other > 0.5
        if not steady and _iou(person, seen) < LEAST_IOU:
            return None, None
        # A difference that an opening leaves is wider than an edge's uncertainty.
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        wide = cv2.morphologyEx((person != seen).astype(np.uint8), cv2.MORPH_OPEN, kernel)
        weight[cv2.dilate(wide, kernel) > 0] *= DOUBT
    return alpha, weight.astype(np.float32)


def _iou(one, other):
    """Return how much two masks overlap, 1 if both are empty."""
    either = (one | other).sum()
    return (one & other).sum() / either if either else 1.0


def _framed(picture, runner, size):
    """Return the picture in a frame at its own aspect ratio, its edges continued, and its place there."""
    scale = min(runner.height / picture.shape[0], runner.width / picture.shape[1]) * size
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    small = cv2.resize(
        picture, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    # A person cut off by the photo's lower edge is cut off by the frame's as well.
    top, left = runner.height - height, (runner.width - width) // 2
    framed = cv2.copyMakeBorder(
        small, top, 0, left, runner.width - width - left, cv2.BORDER_CONSTANT, value=(127, 127, 127)
    )
    return cv2.cvtColor(framed, cv2.COLOR_BGR2BGRA), (top, left, height, width)


def _write(path, values):
    fresh = path.with_suffix(".new.png")
    cv2.imwrite(str(fresh), np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8))
    os.replace(fresh, path)
