# SPDX-License-Identifier: GPL-2.0-or-later
"""Which models there are and which of them can be used. Works without onnxruntime and numpy."""

from __future__ import annotations

import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ... import home
from ...files import status
from ...translate import joined, tr
from . import model_card, model_file
from .model_card import Card, CardProblem

if TYPE_CHECKING:
    from pathlib import Path


class ModelProblem(Exception):
    """A model cannot be used; the message is a sentence for the user."""


@dataclass(frozen=True, kw_only=True)
class Model(Card):
    """A folder of the catalogue, with what its card says. ``problem``: why it cannot be used, a sentence."""

    name: str
    folder: Path
    installed: bool = False
    problem: str | None = None

    @property
    def file(self) -> Path:
        """The model itself."""
        return self.graph(self.folder)

    @property
    def remedy(self) -> str:
        """What helps against a file that is no good, a sentence."""
        shelf = home.PROJECT / "models"
        if self.installed and self.folder.parent == shelf:
            return tr("Download obs_bgremove again.")
        if (shelf / self.name).is_dir():
            return tr("Run install.py --model {name}.", name=self.name)
        return tr("Put it there again.")


def read() -> dict[str, Model]:
    """Return all known models by name, the default first, then by name. Of several defaults the first is
    that of the first directory, so that a card of the user's goes before the project's.

    A folder with a card is known; with a model.onnx (its own, or that of the model that the card names) it is
    installed. The first folder of a name in which the model is installed wins. What is wrong with a folder
    costs only its model.
    """
    found: dict[str, Model] = {}
    for folder in _folders():
        if not _is_file(folder / "card.toml"):
            continue
        model = _read_folder(folder)
        known = found.get(model.name)
        if known is None or (model.installed and not known.installed):
            found[model.name] = model
        else:
            # The project's card says which is the default: that of a fetched model is a copy of its day.
            found[model.name] = replace(known, default=model.default)
    # Sorting keeps the order of what is equal: defaults stay in the order of the directories.
    return dict(
        sorted(found.items(), key=lambda item: (not item[1].default, "" if item[1].default else item[0]))
    )


def _folders() -> list[Path]:
    """Return what lies in the directories of models, which may be missing or not be readable.

    The network that looks at clothes is no model of the catalogue.
    """
    folders: list[Path] = []
    for parent in home.model_directories():
        try:
            folders += sorted(folder for folder in parent.iterdir() if folder.name != home.OUTFIT)
        except OSError:
            continue
    return folders


def _is_file(path: Path) -> bool:
    """Whether there is a file, or something that we may not look at."""
    try:
        found = status(path)
    except OSError:
        return True
    return found is not None and stat.S_ISREG(found.st_mode)


def choose(models: dict[str, Model], name: str) -> Model:
    """Return the model of that name; raise ModelProblem if it cannot be used.

    "" is the default one, or the first that can be used if that cannot (see :func:`passed_over`).
    """
    if not name:
        usable = [model for model in models.values() if model.installed]
        if not usable:
            folder = home.directory() / "models"
            raise ModelProblem(tr("No model is installed in {folder}; run install.py.", folder=folder))
        model = next((model for model in usable if not model.problem), usable[0])
    elif name in models:
        model = models[name]
    else:
        known = ", ".join(models) or "-"
        raise ModelProblem(
            tr(
                'There is no model named "{name}"; choose one from the list (known: {known}).',
                name=name,
                known=known,
            )
        )
    if model.problem:
        raise ModelProblem(model.problem)
    return model


def passed_over(models: dict[str, Model], taken: Model) -> str:
    """Return what is wrong with the default model, if another was taken in its place; empty if none was."""
    first = next(model for model in models.values() if model.installed)
    if first is taken:
        return ""
    return joined([first.problem or "", tr("Until then {model} is used.", model=taken.title)])


def signature() -> tuple[tuple[Path, str, int, int], ...]:
    """Return something that changes when a model is installed, removed or replaced."""
    found = []
    for folder in _folders():
        file = folder / "model.onnx"
        for path in (folder / "card.toml", file, *model_file.parts(file)):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((folder, path.name, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _read_folder(folder: Path) -> Model:
    name = _shown(folder.name)
    if model_card.tomllib is None:
        problem = tr(
            "The model cards cannot be read, because the Python package tomli is missing; run install.py."
        )
        installed = _is_file(folder / "model.onnx")
        return Model(name=name, folder=folder, title=name, installed=installed, problem=problem)
    fault, card = "", Card(title=name)
    try:
        card = model_card.read(folder / "card.toml", name)
    except CardProblem as problem:
        fault = str(problem)
    except Exception as error:  # noqa: BLE001 (whatever somebody's file does to the reader, it costs only this model)
        fault = f"{type(error).__name__}: {error}"
    # The cards of the project are in the catalogues of languages; those of others stay as they are.
    shown = replace(
        card, title=tr(card.title), summary=tr(card.summary), subject=card.subject and tr(card.subject)
    )
    model = Model(name=name, folder=folder, **vars(shown))
    model = replace(model, installed=_is_file(model.file))
    if fault:
        sentence = tr("The card of the model {name} cannot be read ({reason}).", name=name, reason=fault)
        return replace(model, problem=joined([sentence, model.remedy]))
    if name != folder.name:
        sentence = tr(
            "The folder of the model {name} has a name that is no text in UTF-8; give it another name.",
            name=name,
        )
        return replace(model, problem=sentence)
    return replace(model, problem=file_problem(model))


def _shown(name: str) -> str:
    """Return a name as text that OBS can show and keep: what is no text in it is written as an escape."""
    text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def file_problem(model: Model) -> str | None:
    """Return what is wrong with a model's file as far as can be seen from outside; None if nothing is."""
    if not model.installed:
        return joined([tr("The model {name} is not installed.", name=model.name), model.remedy])
    fault = model_file.fault(model.file)
    if not fault:
        return None
    sentence = tr(
        "The file of the model {name} cannot be used: {fault} ({file}).",
        name=model.name,
        fault=fault,
        file=model.file,
    )
    return joined([sentence, model.remedy])
