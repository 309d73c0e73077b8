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
    from .reading import Reading


def wrap(network: Path, name: str, licence: str, reading: Reading, again: bool, clips: Path | None = None,
         pictures: Path | None = None) -> Path:  # fmt: skip
    """Put ``network`` under the graph contract into the data directory's models/``name``; return that folder.

    A model that keeps the contract already is installed unchanged. Its speed is measured, and its quality on
    ``clips`` and ``pictures`` (as ``evaluate`` takes them) if given; both are written to its card.

    Raises ExportError with a sentence about what is wrong with the network, or if the wrapped model answers
    differently from it.
    """
    folder = _free_folder(name, again)
    if clips:
        find_clips(clips)
    if pictures:
        find_pictures(pictures)
    content = _checked(network, reading)
    runner = Runner(content)
    milliseconds = speed.milliseconds(runner, 0.5)
    with place.workspace(folder.parent) as work:
        place.put(content, _card(name, network, licence, runner, milliseconds), work, folder)
    if clips or pictures:
        print(evaluate([str(folder)], clips, pictures, "val", None, True), end="")
    say(f"{name}: {milliseconds:.1f} ms per frame on one thread; in OBS' list of models from {folder}")
    return folder


def _free_folder(name: str, again: bool) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ExportError(f"{name!r} cannot be a folder's name; use letters, digits, '-', '_' and '.'.")
    if (card.SHELF / name).is_dir():
        raise ExportError(f"{name!r} is a model of the project; choose another --name.")
    folder = home.directory() / "models" / name
    if folder.exists() and not again:
        raise ExportError(f"{folder} exists already; choose another --name, or add --again to replace it.")
    return folder


def _checked(network: Path, reading: Reading) -> bytes:
    """Return the serialised model of ``network``, compared with the network itself on drawn frames."""
    model = contract.load(network)
    original = model.SerializeToString()
    own = not any(entry.name == "frame" for entry in model.graph.input)
    if own:
        model = wrapped(model, reading)
    else:
        wrong = contract.violations(model)
        if wrong:
            raise ExportError(f"{network} has an input 'frame' but breaks the contract: {' '.join(wrong)}")
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
    if np.ptp(alphas[-1].astype(int)) < 64:
        say(
            "Warning: it sees no person in a drawn picture. If that is so in OBS too, check --imagenet, "
            "--scale, --mean, --std, --order, --logits and --channel."
        )
    return content


def _card(name: str, network: Path, licence: str, runner: Runner, milliseconds: float) -> str:
    """Return the text of the card, TOML."""
    text = tomlkit.document()
    text.add("title", tomlkit.item(name))
    text.add("summary", tomlkit.item(f"Your own network, from {network.name}."))
    text.add("licence", tomlkit.item(licence))
    text.add("source", tomlkit.item(network.name))
    text.add(tomlkit.nl())
    text.add("input", tomlkit.item({"height": runner.height, "width": runner.width}))
    if runner.recurrent:
        text.add("recurrent", tomlkit.item({"settle_frames": 15}))
    measured = {"milliseconds": round(milliseconds, 2), "threads": 1, "processor": speed.processor()}
    text.add("speed", tomlkit.item(measured))
    return tomlkit.dumps(text)
