# SPDX-License-Identifier: GPL-2.0-or-later
"""Who labels photographs: models, and labels of an earlier round."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..common.errors import ExportError
from ..data import rights
from ..graph.runner import Runner
from ..shelf.locate import locate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..common.arrays import Bytes


class Models:
    """Installed models, ``names`` joined by "+": one network in several shapes.

    Each picture goes to the one whose shape is nearest to its own, and is seen at its own aspect ratio, at
    each of ``sizes`` (shares of the whole view). A model of a single shape sees it squeezed to that, as
    networks for the filter learn to. Each view is seen mirrored too; a recurrent model sees it ``looks``
    times.
    """

    def __init__(self, names: str, looks: int, sizes: tuple[float, ...]) -> None:
        self.names = names.split("+")
        strangers = [name for name in self.names if name not in rights.FREE_TEACHERS]
        if strangers:
            known = ", ".join(rights.FREE_TEACHERS)
            raise ExportError(f"{strangers[0]!r} is not known to be a free teacher; choose among: {known}.")
        self._runners = [Runner(locate(name)) for name in self.names]
        self._looks, self._sizes = looks, sizes

    def views(self, path: Path, picture: Bytes) -> NDArray[np.float32]:  # noqa: ARG002 - as Earlier has it
        """Return alphas float32 [V, H, W] in 0..1 of ``picture`` (uint8 [H, W, 3] BGR), the file ``path``."""
        runner = nearest(self._runners, picture)
        answers: list[NDArray[np.float32]] = []
        sizes: tuple[float | None, ...] = self._sizes if len(self._runners) > 1 else (None,)
        for size in sizes:
            for mirrored in (False, True):
                frame, (top, left, height, width) = framed(
                    picture[:, ::-1] if mirrored else picture, runner, size
                )
                runner.reset()
                for _ in range(self._looks - 1 if runner.recurrent else 0):
                    runner.alpha(frame)
                seen = runner.alpha(frame)[top : top + height, left : left + width]
                alpha: NDArray[np.float32] = cv2.resize(
                    seen.astype(np.float32) / 255, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR
                )
                answers.append(alpha[:, ::-1] if mirrored else alpha)
        return np.stack(answers)


class Earlier:
    """The labels of an earlier round, in a ``folder`` that the labelling made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self.names = rights.teachers(folder)
        except ExportError as error:
            raise ExportError(f"The labels in {folder} cannot teach: {error}.") from None

    def views(self, path: Path, picture: Bytes) -> NDArray[np.float32] | None:  # noqa: ARG002 - as Models has it
        """Return the alpha as [1, H, W], as :class:`Models` does; None of a picture that was not labelled."""
        mask = self._folder / "masks" / f"{path.stem}.png"
        if not mask.exists():
            return None
        alpha: Bytes | None = cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE)
        if alpha is None:
            raise ExportError(f"{mask} is not a picture that can be read; label its photograph again.")
        shares: NDArray[np.float32] = alpha[None] / np.float32(255)
        return shares


def find(name: str, looks: int, sizes: tuple[float, ...]) -> Models | Earlier:
    """Return the teacher ``name``: a directory of labels, or models. Raises ExportError if it is not free."""
    return Earlier(Path(name)) if (Path(name) / rights.RECORD).is_file() else Models(name, looks, sizes)


def nearest(runners: list[Runner], picture: Bytes) -> Runner:
    """Return the runner whose frames waste the least of their area on ``picture`` (uint8 [H, W, 3])."""
    height, width = picture.shape[:2]

    def waste(runner: Runner) -> float:
        return abs(math.log(width / height * runner.height / runner.width))

    return min(runners, key=waste)


def framed(picture: Bytes, runner: Runner, size: float | None) -> tuple[Bytes, tuple[int, int, int, int]]:
    """Return the picture in a frame and its place there, (top, left, height, width).

    At its own aspect ratio, taking the share ``size`` of the frame; or, with None, squeezed into all of it.
    """
    if size is None:
        height, width = runner.height, runner.width
    else:
        scale = min(runner.height / picture.shape[0], runner.width / picture.shape[1]) * size
        height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    smaller = height * width < picture.shape[0] * picture.shape[1]
    small = cv2.resize(
        picture, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    )
    # A person cut off by the photo's lower edge is cut off by the frame's as well.
    top, left = runner.height - height, (runner.width - width) // 2
    bordered = cv2.copyMakeBorder(
        small, top, 0, left, runner.width - width - left, cv2.BORDER_CONSTANT, value=(127, 127, 127)
    )
    frame: Bytes = cv2.cvtColor(bordered, cv2.COLOR_BGR2BGRA)
    return frame, (top, left, height, width)
