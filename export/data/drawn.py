# SPDX-License-Identifier: GPL-2.0-or-later
"""Data made on the spot: drawn people with exact alphas and drawn rooms, enough to see a network learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def make(directory: Path, stills: int = 12, side: int = 160, seed: int = 0) -> None:
    """Write sets ``drawn/{train,val,test}`` of images and masks, and ``rooms``, below ``directory``."""
    random = np.random.default_rng(seed)
    for split, count in (("train", stills), ("val", max(2, stills // 4)), ("test", max(2, stills // 4))):
        for name in ("images", "masks"):
            (directory / "drawn" / split / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            picture, alpha = _still(random, side)
            for name, content in (("images", picture), ("masks", alpha)):
                cv2.imwrite(str(directory / "drawn" / split / name / f"{number:03}.png"), content)
    (directory / "rooms").mkdir(parents=True, exist_ok=True)
    for number in range(4):
        cv2.imwrite(str(directory / "rooms" / f"{number}.png"), _room(random, side))


def _room(random: np.random.Generator, side: int) -> NDArray[np.uint8]:
    height, width = side * 3 // 4, side
    coarse = random.uniform(60, 200, (4, 5, 3)).astype(np.float32)
    room = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    noisy: NDArray[np.uint8] = np.clip(room + random.normal(0, 4, room.shape), 0, 255).astype(np.uint8)
    return noisy


def _still(random: np.random.Generator, side: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    room = _room(random, side)
    height, width = room.shape[:2]
    alpha = np.zeros((height, width), np.float32)
    middle, head = int(width * random.uniform(0.3, 0.7)), int(height * random.uniform(0.13, 0.2))
    top = int(height * random.uniform(0.15, 0.3))
    person = np.full_like(room, 0)
    person[:] = random.integers(20, 90, 3).astype(np.uint8)
    cv2.ellipse(alpha, (middle, height), (2 * head, height - top - 2 * head), 0, 0, 360, 1, -1, cv2.LINE_AA)
    cv2.circle(alpha, (middle, top + head), head, 1, -1, cv2.LINE_AA)
    cv2.circle(person, (middle, top + head), head, (140, 170, 225), -1, cv2.LINE_AA)
    alpha = np.clip(cv2.GaussianBlur(alpha, (0, 0), 0.7), 0, 1)
    picture = alpha[..., None] * person + (1 - alpha[..., None]) * room
    return np.rint(picture).astype(np.uint8), np.rint(alpha * 255).astype(np.uint8)
