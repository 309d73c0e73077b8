# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds a model by its name, its folder or its file."""

from __future__ import annotations

from pathlib import Path

from obs_bgremove import home

from ..common.errors import ExportError
from ..graph import contract, sized


def locate(model: str) -> Path:
    """Return the model.onnx of a name, a model folder or a file.

    It is not there where the card takes the graph of another model: open it with a Runner. Raises ExportError
    if there is none, or if it breaks the graph contract.
    """
    candidates = [Path(model)]
    if Path(model).name == model:
        candidates += [directory / model for directory in home.model_directories()]
    for candidate in candidates:
        path = candidate / "model.onnx" if candidate.is_dir() else candidate
        file, _size = sized.source(path)
        if file.is_file():
            wrong = contract.violations(contract.load(file))
            if wrong:
                raise ExportError(f"{path} breaks the graph contract: {' '.join(wrong)}")
            return path
    raise ExportError(
        f"There is no model {model!r}: give the path of a model.onnx or of its folder, or the name of an "
        f"installed model (python -m export fetch NAME installs one)."
    )


def name_of(path: Path) -> str:
    """Return a model's name: its folder's, or its file's if that is not called model.onnx."""
    return path.resolve().parent.name if path.name == "model.onnx" else path.stem
