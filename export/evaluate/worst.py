# SPDX-License-Identifier: GPL-2.0-or-later
"""Keeps the worst of many pictures, for a look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..common.arrays import Bytes, Floats


@dataclass(frozen=True)
class Sample:
    """One picture (uint8 [H, W, 3] BGR) with alpha and truth (float [H, W] in 0..1) and a title.

    ``badness`` compares samples with each other; higher is worse.
    """

    title: str
    badness: float
    picture: Bytes
    alpha: Floats
    truth: Floats


def worst(samples: list[Sample], count: int) -> list[Sample]:
    """Return the ``count`` worst samples, the worst first."""
    return sorted(samples, key=lambda sample: -sample.badness)[:count]
