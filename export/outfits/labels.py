# SPDX-License-Identifier: GPL-2.0-or-later
"""Photographs and what the most prominent person in each wears."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

from obs_bgremove.worker.outfits.votes import OTHER

from ..common.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path

#: The classes, in the order of the network's shares.
CLASSES = ("beachwear", "workwear", "sportswear", OTHER)
#: What a label may say besides: nobody can say.
UNCLEAR = "unclear"
_COLUMNS = ("set", "split", "file", "outfit", "sure", "group")


class Label(NamedTuple):
    """One photograph. ``sure``: no other class was possible. Photographs of one ``group`` look alike."""

    path: Path
    outfit: str
    sure: bool
    group: str


def read(table: Path, images: Path) -> list[Label]:
    """Return the photographs of a table (columns set, split, file, outfit, sure, group) that can be judged.

    A photograph is ``images/SET/SPLIT/images/FILE``, or ``images/FILE``. Those that are ``UNCLEAR`` are left
    out. Raises ExportError if a column, a class or a photograph is not there.
    """
    with table.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        try:
            rows = list(reader)
        except (csv.Error, UnicodeDecodeError) as error:
            raise ExportError(f"{table} is no table of comma-separated values in UTF-8 ({error}).") from None
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ExportError(f"{table} lacks the columns {', '.join(missing)}; it needs {', '.join(_COLUMNS)}.")
    labels = [_label(row, number, table, images) for number, row in enumerate(rows, 2)]
    judged = [label for label in labels if label.outfit != UNCLEAR]
    if not judged:
        raise ExportError(f"{table} names no photograph whose outfit is known.")
    return judged


def _label(row: dict[str, str], number: int, table: Path, images: Path) -> Label:
    if any(row[name] is None for name in _COLUMNS):
        raise ExportError(f"{table}, line {number}: it is too short; it needs {', '.join(_COLUMNS)}.")
    if row["outfit"] not in (*CLASSES, UNCLEAR):
        known = ", ".join((*CLASSES, UNCLEAR))
        raise ExportError(f"{table}, line {number}: {row['outfit']!r} is no outfit; known are {known}.")
    if row["sure"] not in ("0", "1"):
        raise ExportError(f"{table}, line {number}: 'sure' is {row['sure']!r}; it must be 0 or 1.")
    candidates = [images / row["set"] / row["split"] / "images" / row["file"], images / row["file"]]
    path = next((path for path in candidates if path.is_file()), None)
    if path is None:
        raise ExportError(f"{table}, line {number}: there is no {candidates[0]}; check --images.")
    return Label(path, row["outfit"], row["sure"] == "1", row["group"])
