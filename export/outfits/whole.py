# SPDX-License-Identifier: GPL-2.0-or-later
"""The training of the whole network: first its head, then all of it; measured on photographs held out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..graph.runner import session
from . import card, onnx_model, scores
from .descriptor import Descriptor
from .features import Descriptors
from .fine_tuning import Sample, tune
from .head import folds
from .labels import CLASSES
from .network import OutfitNetwork
from .training import (
    Portrayed,
    Recipe,
    Validated,
    chosen,
    half_size,
    learn,
    place,
    portrayed,
    validate,
    weighted,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ..common.arrays import Bytes, Floats
    from .fine_tuning import Tuning
    from .labels import Label


class Framed(NamedTuple):
    """Photographs in one framing, which counts ``weight``: portraits (uint8 [H, W, 4]), and described."""

    labels: list[Label]
    portraits: list[Bytes]
    described: Portrayed
    weight: float

    def of(self, groups: set[str], inside: bool) -> Framed:
        """Return those that are in ``groups``, or those that are not."""
        kept = [index for index, label in enumerate(self.labels) if (label.group in groups) == inside]
        old = self.described
        described = Portrayed(
            old.descriptors[kept], old.classes[kept], old.sure[kept], [old.groups[index] for index in kept]
        )
        return Framed(
            [self.labels[index] for index in kept],
            [self.portraits[index] for index in kept],
            described,
            self.weight,
        )

    def judged(self, shares: Floats, least: Floats) -> Validated:
        """Return what the shares (float [N, C]) of these say of those that are sure."""
        sure = self.described.sure
        return Validated(shares[sure], self.described.classes[sure], scores.decide(shares[sure], least))


class Compared(NamedTuple):
    """What was found for photographs held out: with the head alone trained, and with the whole network."""

    head: Validated
    whole: Validated


def train_whole(labels: list[Label], cache: Path, into: Path, recipe: Recipe, tuning: Tuning) -> Compared:
    """Train, and put the model into the folder ``into``: model.onnx, card.toml, two charts.

    One of ``recipe.folds`` parts of the groups is held out from everything: head, thresholds and tuning.
    Raises ExportError.
    """
    descriptor = Descriptor()
    descriptors = Descriptors(descriptor, recipe.size, cache)
    framings = [
        _framed(chosen(labels, recipe.others, recipe.seed), descriptors, False, 1.0),
        _framed(chosen(labels, recipe.near_others, recipe.seed), descriptors, True, recipe.near),
    ]
    groups = framings[0].described.groups
    held = {group for group, out in zip(groups, next(folds(groups, recipe.folds, recipe.seed))) if out}
    taught = [framing.of(held, inside=False) for framing in framings]
    asked = [framing.of(held, inside=True) for framing in framings]
    validated, _near = validate(taught[0].described, taught[1].described, recipe)
    least = scores.thresholds(validated.shares, validated.truth)
    head = learn(taught[0].described, taught[1].described, set(), recipe)
    before = asked[0].judged(head.shares(asked[0].described.descriptors), least)

    network = OutfitNetwork(descriptor, head)
    tune(network, _samples(taught, recipe), tuning, recipe.seed)
    content = half_size(onnx_model.export(network, recipe.size, "shares"))
    after, near = (framing.judged(_shares(content, framing.portraits), least) for framing in asked)
    origin = card.of_whole(recipe, tuning, len(taught[0].labels))
    place(content, card.text(origin, least, after.figures(), near.figures()), after, into)
    return Compared(before, after)


def _framed(labels: list[Label], descriptors: Descriptors, near: bool, weight: float) -> Framed:
    pairs = [
        (label, one) for label, one in zip(labels, descriptors.portraits(labels, near)) if one is not None
    ]
    return Framed(
        [label for label, _one in pairs],
        [one for _label, one in pairs],
        portrayed(labels, descriptors, near),
        weight,
    )


def _samples(framings: list[Framed], recipe: Recipe) -> list[Sample]:
    found: dict[Path, Sample] = {}
    for framing in framings:
        described = framing.described
        weights = framing.weight * weighted(described.classes, described.sure, recipe)
        for label, portrait, weight in zip(framing.labels, framing.portraits, weights):
            sample = found.setdefault(label.path, Sample([], CLASSES.index(label.outfit)))
            sample.portraits.append((portrait, float(weight)))
    return list(found.values())


def _shares(content: bytes, portraits: list[Bytes]) -> Floats:
    running = session(content)
    return np.stack([running.run(["shares"], {"frame": portrait})[0] for portrait in portraits])
