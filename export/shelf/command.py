# SPDX-License-Identifier: GPL-2.0-or-later
"""``python -m export shelf``: prints the tables of models, made of the cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments: none."""


def run(options: argparse.Namespace) -> None:  # noqa: ARG001 - the command has none
    """Print the tables; raises ExportError if a card cannot be read."""
    from .table import shelf_table

    print(shelf_table())
