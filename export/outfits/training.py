# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole training: from labelled photographs to a model's folder, with figures that were cross-validated."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import onnx

from obs_bgremove.worker.outfits.votes import OTHER

from ..common.progress import say
from ..editions.quantise import float16
from ..shelf.place import put, workspace
from . import card, charts, onnx_model, scores
from .descriptor import Descriptor
from .features import Descriptors
from .head import Head, Samples, fit, folds
from .labels import CLASSES
from .network import OutfitNetwork

if TYPE_CHECKING:
    from pathlib import Path

    from ..common.arrays import Bools, Floats, Numbers
    from .labels import Label


@dataclass(frozen=True)
class Recipe:
    """What a training depends on besides the photographs.

    - ``others``: how many photographs of "other" teach at most, and ``near_others``, of how many of them the
      framing of a webcam: there are many, and the classes that speak for a background are rare.
    - ``size``: height and width of the portraits.
    - ``decay``: see ``head.fit``.
    - ``unsure``: the weight of a photograph between two classes; one that is sure has 1.
    - ``clothes``: the weight of the classes that speak for a background: they are rare among photographs.
    - ``near``: the weight of a portrait that is framed as by a webcam.
    - ``folds``, ``seed``: of the cross-validation.
    """

    others: int = 1200
    near_others: int = 229
    size: int = 288
    decay: float = 2e-5
    unsure: float = 0.4
    clothes: float = 2.0
    near: float = 0.5
    folds: int = 5
    seed: int = 1


class Portrayed(NamedTuple):
    """Portraits: descriptors float32 [N, D], classes int [N], whether they are sure, the groups."""

    descriptors: Floats
    classes: Numbers
    sure: Bools
    groups: list[str]


class Validated(NamedTuple):
    """What was found for photographs that were held out: shares float [N, C]; truth and classes int [N]."""

    shares: Floats
    truth: Numbers
    found: Numbers

    def figures(self) -> dict[str, dict[str, float]]:
        """Return what ``scores.of`` returns."""
        return scores.of(self.truth, self.found)


def chosen(labels: list[Label], others: int, seed: int) -> list[Label]:
    """Return the photographs that teach: all that are not "other", and at most ``others`` that are."""
    shuffled = list(labels)
    random.Random(seed).shuffle(shuffled)
    clothes = [label for label in shuffled if label.outfit != OTHER]
    return clothes + [label for label in shuffled if label.outfit == OTHER][:others]


def portrayed(labels: list[Label], descriptors: Descriptors, near: bool = False) -> Portrayed:
    """Return the portraits of photographs; ``near``: of those that show a whole person, as by a webcam."""
    pairs = [(label, one) for label, one in zip(labels, descriptors.of(labels, near)) if one is not None]
    return Portrayed(
        np.stack([one.reshape(-1) for _label, one in pairs]).astype(np.float32),
        np.array([CLASSES.index(label.outfit) for label, _one in pairs]),
        np.array([label.sure for label, _one in pairs]),
        [label.group for label, _one in pairs],
    )


def weighted(classes: Numbers, sure: Bools, recipe: Recipe) -> Floats:
    """Return how much photographs count, float [N]."""
    clothes = np.where(classes < scores.CLOTHES, recipe.clothes, 1.0)
    counted: Floats = clothes * np.where(sure, 1.0, recipe.unsure)
    return counted


def learn(whole: Portrayed, near: Portrayed, left_out: set[str], recipe: Recipe) -> Head:
    """Return the head that learns from all portraits except those of the groups in ``left_out``."""
    parts = []
    for portraits, weight in ((whole, 1.0), (near, recipe.near)):
        taken = np.array([group not in left_out for group in portraits.groups], bool)
        weights = weight * weighted(portraits.classes, portraits.sure, recipe)
        parts.append((portraits.descriptors[taken], portraits.classes[taken], weights[taken]))
    joined = [np.concatenate(one) for one in zip(*parts)]
    return fit(Samples(joined[0], joined[1], joined[2].astype(np.float32)), len(CLASSES), recipe.decay)


def validate(whole: Portrayed, near: Portrayed, recipe: Recipe) -> tuple[Validated, Validated]:
    """Return what is found in photographs, and in those framed as by a webcam, that are sure and held out.

    Neither the head nor its thresholds have seen anything of a photograph's group.
    """
    sizes = len(whole.classes), len(near.classes)
    shares = [np.zeros((size, len(CLASSES))) for size in sizes]
    member = [np.zeros(size, int) for size in sizes]
    for number, held in enumerate(folds(whole.groups, recipe.folds, recipe.seed)):
        left_out = {group for group, out in zip(whole.groups, held) if out}
        head = learn(whole, near, left_out, recipe)
        for portraits, made, place in zip((whole, near), shares, member):
            out = np.array([group in left_out for group in portraits.groups], bool)
            made[out] = head.shares(portraits.descriptors[out])
            place[out] = number
        say(f"Fold {number + 1} of {recipe.folds} is done.")
    found = [np.zeros(size, int) for size in sizes]
    for number in range(recipe.folds):
        others = (member[0] != number) & whole.sure
        least = scores.thresholds(shares[0][others], whole.classes[others])
        for made, place, taken in zip(shares, member, found):
            taken[place == number] = scores.decide(made[place == number], least)
    return tuple(
        Validated(made[portraits.sure], portraits.classes[portraits.sure], taken[portraits.sure])
        for portraits, made, taken in zip((whole, near), shares, found)
    )  # type: ignore[return-value] # there are two


def train(labels: list[Label], cache: Path, into: Path, recipe: Recipe) -> Validated:
    """Train the head alone, and put the model into the folder ``into``: model.onnx, card.toml, two charts.

    Returns what was found for the photographs when they were held out. Raises ExportError.
    """
    descriptor = Descriptor()
    descriptors = Descriptors(descriptor, recipe.size, cache)
    taught = chosen(labels, recipe.others, recipe.seed)
    whole = portrayed(taught, descriptors)
    near = portrayed(chosen(labels, recipe.near_others, recipe.seed), descriptors, near=True)
    of_whole, of_near = validate(whole, near, recipe)
    head = learn(whole, near, set(), recipe)
    # Of shares that were held out: those of photographs which taught the head would be too high.
    least = scores.thresholds(of_whole.shares, of_whole.truth)
    content = half_size(onnx_model.export(OutfitNetwork(descriptor, head), recipe.size, "shares"))
    text = card.text(card.of_head(recipe, len(taught)), least, of_whole.figures(), of_near.figures())
    place(content, text, of_whole, into)
    return of_whole


def place(content: bytes, text: str, measured: Validated, into: Path) -> None:
    """Put a network with its card and the charts of what it was measured on into the folder ``into``."""
    with workspace(into.parent) as work:
        put(content, text, work, into)
    charts.precision_recall(measured.shares, measured.truth, measured.found, into / "precision-recall.png")
    charts.confusion(scores.confusion(measured.truth, measured.found), into / "confusion.png")


def half_size(content: bytes) -> bytes:
    """Return a model with its weights stored as float16."""
    return float16(onnx.load_from_string(content))
