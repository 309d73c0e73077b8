# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export check``: says whether models keep the graph contract."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..common.errors import ExportError

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL", help="a model.onnx, or its folder")


def run(options: argparse.Namespace) -> None:
    """Print what breaks the contract; raises ExportError if anything does, or if a model cannot be loaded."""
    from . import contract, outfit_contract
    from .runner import Runner, session

    failed = False
    for named in options.models:
        path = named / "model.onnx" if named.is_dir() else named
        model = contract.load(path)
        of_clothes = outfit_contract.is_kind(model)
        wrong = (outfit_contract if of_clothes else contract).violations(model)
        for sentence in wrong:
            print(f"{path}: {sentence}")
        if wrong:
            failed = True
        else:
            # Either raises ExportError.
            session(path) if of_clothes else Runner(path)
            print(f"{path}: keeps the graph contract, and onnxruntime loads it.")
    if failed:
        raise ExportError(
            "Not usable as it is; export/graph/contract.py (for clothes outfit_contract.py) says what a "
            "model must look like."
        )
