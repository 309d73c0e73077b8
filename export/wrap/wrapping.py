# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a user's segmentation network an installed model: wraps, compares, measures, installs it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import tomlkit

from obs_bgremove import home

from ..common.errors import ExportError
from ..common.progress import say
from ..evaluate import speed
from ..evaluate.clips import find as find_clips
from ..evaluate.evaluation import evaluate
from ..evaluate.pictures import find as find_pictures
from ..graph import contract, probe
from ..graph.runner import Runner
from ..shelf import card, place
from . import compare
from .graph import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..common.arrays import Bytes, Floats
    from .editions import Edition


def wrap(
    network: Path,
    editions: Sequence[Edition],
    licence: str,
    again: bool,
    clips: Path | None = None,
    pictures: Path | None = None,
) -> list[Path]:
    """Put ``network`` under the graph contract, a folder in the data directory's models/ for each edition.

    A model that keeps the contract already is installed unchanged. The speed is measured, and the quality of
    those for people on ``clips`` and ``pictures`` (as ``evaluate`` takes them) if given; both are written to
    the cards.

    Raises ExportError with a sentence about what is wrong with the network, or if the wrapped model answers
    differently from it. Nothing is installed then.
    """
    folders = [_free_folder(edition.name, again) for edition in editions]
    if clips:
        find_clips(clips)
    if pictures:
        find_pictures(pictures)
    contents = [_checked(network, edition) for edition in editions]
    with place.workspace(folders[0].parent) as work:
        for edition, folder, content in zip(editions, folders, contents):
            runner = Runner(content)
            milliseconds = speed.milliseconds(runner, 0.5)
            place.put(content, _card(edition, network, licence, runner, milliseconds), work, folder)
            took = f"{milliseconds:.1f} ms per frame on one thread"
            say(f"{edition.name}: {took}; in OBS' list of models from {folder}")
    if clips or pictures:
        people = [str(folder) for folder, edition in zip(folders, editions) if not edition.subject]
        print(evaluate(people, clips, pictures, "val", None, True), end="")
    return folders


def _free_folder(name: str, again: bool) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ExportError(f"{name!r} cannot be a folder's name; use letters, digits, '-', '_' and '.'.")
    if (card.SHELF / name).is_dir():
        raise ExportError(f"{name!r} is a model of the project; choose another --name.")
    folder = home.directory() / "models" / name
    if folder.exists() and not again:
        raise ExportError(f"{folder} exists already; choose another --name, or add --again to replace it.")
    return folder


def _checked(network: Path, edition: Edition) -> bytes:
    """Return the serialised model of ``network``, compared with the network itself on drawn frames."""
    reading = edition.reading
    model = contract.load(network)
    original = model.SerializeToString()
    own = not any(entry.name == "frame" for entry in model.graph.input)
    if own:
        model = wrapped(model, reading)
    else:
        wrong = contract.violations(model)
        if wrong:
            raise ExportError(f"{network} has an input 'frame' but breaks the contract: {' '.join(wrong)}")
        if edition.subject:
            raise ExportError(f"{network} keeps the contract, so it has one alpha: leave out --subject.")
    content: bytes = model.SerializeToString()
    expected: Sequence[Bytes | Floats]
    try:
        runner = Runner(content)
        frames = probe.frames(runner.height, runner.width, 2)
        alphas = [runner.alpha(frame) for frame in frames]
        expected = compare.answers(original, reading, frames) if own else alphas
    except ExportError:
        raise
    except Exception as error:  # noqa: BLE001 - onnxruntime's errors share no class
        reason = str(error).splitlines()[0]
        raise ExportError(f"onnxruntime cannot run the wrapped {network.name}: {reason}") from None
    compare.require_equal(alphas, expected)
    if not edition.subject and np.ptp(alphas[-1].astype(int)) < 64:
        say(
            "Warning: it sees no person in a drawn picture. If that is so in OBS too, check --imagenet, "
            "--scale, --mean, --std, --order, --logits and --channel."
        )
    return content


def _card(edition: Edition, network: Path, licence: str, runner: Runner, milliseconds: float) -> str:
    """Return the text of the card, TOML."""
    text = tomlkit.document()
    text.add("title", tomlkit.item(edition.name))
    text.add("summary", tomlkit.item(f"Your own network, from {network.name}."))
    if edition.subject:
        text.add("subject", tomlkit.item(edition.subject))
    text.add("licence", tomlkit.item(licence))
    text.add("source", tomlkit.item(network.name))
    text.add(tomlkit.nl())
    text.add("input", tomlkit.item({"height": runner.height, "width": runner.width}))
    if runner.recurrent:
        text.add("recurrent", tomlkit.item({"settle_frames": 15}))
    measured = {"milliseconds": round(milliseconds, 2), "threads": 1, "processor": speed.processor()}
    text.add("speed", tomlkit.item(measured))
    return tomlkit.dumps(text)
