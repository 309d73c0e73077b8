# SPDX-License-Identifier: GPL-2.0-or-later
"""Which models there are and which of them can be used. Works without onnxruntime and numpy."""

from __future__ import annotations

import contextlib
import importlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ... import home

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType
    from typing import BinaryIO


def _toml_reader() -> ModuleType | None:
    """Return the module that reads TOML; None if Python is older than 3.11 and tomli is missing."""
    for name in ("tomllib", "tomli"):
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    return None


tomllib = _toml_reader()

_GIT_LFS = b"version https://git-lfs"
#: Fields of ONNX' ModelProto: the graph, and the largest field number there is.
_GRAPH, _LAST_FIELD = 7, 30


class ModelProblem(Exception):
    """A model cannot be used; the message is a sentence for the user."""


@dataclass(frozen=True)
class Model:
    """A folder of the catalogue. ``problem``: why it cannot be used, a sentence."""

    name: str
    folder: Path
    title: str
    summary: str = ""
    height: int = 0
    width: int = 0
    default: bool = False
    settle_frames: int = 0
    #: Mean error of its alphas on our clips, lower is better; None if nobody measured it.
    error: float | None = None
    installed: bool = False
    problem: str | None = None

    @property
    def file(self) -> Path:
        """The model itself."""
        return self.folder / "model.onnx"

    @property
    def remedy(self) -> str:
        """What helps against a file that is no good, the end of a sentence."""
        shelf = home.PROJECT / "models"
        if self.installed and self.folder.parent == shelf:
            return "download obs_bgremove again"
        if (shelf / self.name).is_dir():
            return f"run install.py --model {self.name}"
        return "put it there again"


def read() -> dict[str, Model]:
    """Return all known models by name, the default first, then by name. Of several defaults the first is
    that of the first directory, so that a card of the user's goes before the project's.

    A folder with a card is known; with a model.onnx beside the card it is installed. The first
    folder of a name in which the model is installed wins.
    """
    found: dict[str, Model] = {}
    for parent in home.model_directories():
        try:
            folders = sorted(path for path in parent.iterdir() if (path / "card.toml").is_file())
        except OSError:
            continue
        for folder in folders:
            model, known = _read_folder(folder), found.get(folder.name)
            if known is None or (model.installed and not known.installed):
                found[folder.name] = model
            else:
                # The project's card says which is the default: that of a fetched model is a copy of its day.
                found[folder.name] = replace(known, default=model.default)
    # Sorting keeps the order of what is equal: defaults stay in the order of the directories.
    return dict(
        sorted(found.items(), key=lambda item: (not item[1].default, "" if item[1].default else item[0]))
    )


def choose(models: dict[str, Model], name: str) -> Model:
    """Return the model of that name; raise ModelProblem if it cannot be used.

    "" is the default one, or the first that can be used if that cannot (see :func:`passed_over`).
    """
    if not name:
        usable = [model for model in models.values() if model.installed]
        if not usable:
            raise ModelProblem(f"No model is installed in {home.directory() / 'models'}; run install.py.")
        model = next((model for model in usable if not model.problem), usable[0])
    elif name in models:
        model = models[name]
    else:
        known = ", ".join(models) or "none"
        raise ModelProblem(f"There is no model named {name!r} (known: {known}); choose one from the list.")
    if model.problem:
        raise ModelProblem(model.problem)
    return model


def passed_over(models: dict[str, Model], taken: Model) -> str:
    """Return what is wrong with the default model, if another was taken in its place; empty if none was."""
    first = next(model for model in models.values() if model.installed)
    return f"{first.problem} Until then {taken.title} is used." if first is not taken else ""


def signature() -> tuple[tuple[Path, str, int, int], ...]:
    """Return something that changes when a model is installed, removed or replaced."""
    found = []
    for parent in home.model_directories():
        try:
            folders = sorted(path for path in parent.iterdir() if path.is_dir())
        except OSError:
            continue
        for folder in folders:
            for name in ("card.toml", "model.onnx"):
                try:
                    status = (folder / name).stat()
                except OSError:
                    continue
                found.append((folder, name, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _read_folder(folder: Path) -> Model:
    name = folder.name
    installed = (folder / "model.onnx").is_file()
    if tomllib is None:
        problem = (
            "The model cards cannot be read, because the Python package tomli is missing; run install.py."
        )
        return Model(name, folder, name, installed=installed, problem=problem)
    try:
        card = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
        size, recurrent, quality = (card.get(table, {}) for table in ("input", "recurrent", "quality"))
        model = Model(
            name,
            folder,
            title=str(card.get("title", name)),
            summary=str(card.get("summary", "")),
            height=int(size.get("height", 0)),
            width=int(size.get("width", 0)),
            default=card.get("default") is True,
            settle_frames=int(recurrent.get("settle_frames", 0)),
            error=float(quality["clips_mad"]) if "clips_mad" in quality else None,
            installed=installed,
        )
    except (OSError, ValueError, TypeError, AttributeError) as error:
        model = Model(name, folder, name, installed=installed)
        problem = f"The card of the model {name} cannot be read ({error}); {model.remedy}."
        return replace(model, problem=problem)
    return replace(model, problem=file_problem(model))


def file_problem(model: Model) -> str | None:
    """Return what is wrong with a model's file as far as can be seen from outside; None if nothing is."""
    fault = _fault(model)
    return f"{fault}; {model.remedy}." if fault else None


def _fault(model: Model) -> str | None:
    """Read a few bytes only: an ONNX file is a row of fields with their lengths, so that a
    truncated one ends within a field.
    """
    try:
        with model.file.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not size:
                return f"The file of the model {model.name} is empty"
            if file.read(len(_GIT_LFS)) == _GIT_LFS:
                return f"The file of the model {model.name} is only a Git LFS pointer"
            file.seek(0)
            state = _walk(file, size)
    except FileNotFoundError:
        return f"The model {model.name} is not installed"
    except OSError as error:
        return f"The file of the model {model.name} cannot be read ({error.strerror}: {model.file})"
    if state == "truncated":
        return f"The file of the model {model.name} is cut short ({model.file}, {size} bytes)"
    if state == "other":
        return f"The file of the model {model.name} is not an ONNX model ({model.file})"
    return None


def _walk(file: BinaryIO, size: int) -> str:
    """Return "onnx", "truncated" or "other", going over the outermost fields of a file."""
    graph = False
    while file.tell() < size:
        try:
            tag = _varint(file)
            field, kind = tag >> 3, tag & 7
            if not 0 < field <= _LAST_FIELD:
                return "other"
            if kind == 0:
                _varint(file)
            elif kind == 2:
                length = _varint(file)
                # A file of another kind soon claims something absurd; one of ours does so only
                # with a field that is really there, the graph being nearly all of it.
                if file.tell() + length > size:
                    return "truncated" if graph or field == _GRAPH else "other"
                graph = graph or field == _GRAPH
                file.seek(length, os.SEEK_CUR)
            else:
                return "other"
        except EOFError:
            return "truncated" if graph else "other"
    return "onnx" if graph else "other"


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            raise EOFError
        value |= (byte[0] & 0x7F) << shift
        if not byte[0] & 0x80:
            return value
    return 1 << 70
