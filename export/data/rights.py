# SPDX-License-Identifier: GPL-2.0-or-later
"""Which alphas may teach weights that are given away: those listed here, and those of our own labelling."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..common.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Sets whose own masks are free for every use -> their licence. All others are taken as not free.
FREE_MASKS = {"ccp": "Apache-2.0 annotations (Clothing Co-Parsing)", "drawn": "made by arithmetic"}
#: Teachers whose answers are free for every use -> why.
FREE_TEACHERS = {
    "mediapipe-general": "Apache-2.0 weights",
    "mediapipe-landscape": "Apache-2.0 weights",
    "quality": "our own, taught by the others here",
    "quality-144x240": "the same weights as quality",
    "quality-288x512": "the same weights as quality",
    "quality-352x608": "the same weights as quality",
    "rvm-176x320": "the GPL of its weights does not reach its answers",
    "rvm-256x384": "the GPL of its weights does not reach its answers",
    "rvm-384x256": "the GPL of its weights does not reach its answers",
    "rvm-144x256": "the GPL of its weights does not reach its answers",
    "rvm-288x512": "the GPL of its weights does not reach its answers",
    "rvm-720p": "the GPL of its weights does not reach its answers",
}
#: What the labelling writes beside its alphas: who made them.
RECORD = "labels.toml"
_SPLITS = ("train", "val", "test")


def reason_against(folder: Path) -> str:
    """Return why weights that learn from ``folder``'s alphas may not be shipped; empty if they may.

    Whatever is not known to be free counts as not free.
    """
    if (folder / RECORD).is_file():
        try:
            teachers(folder)
        except ExportError as error:
            return str(error)
        return ""
    name = folder.parent.name if folder.name in _SPLITS else folder.name
    if name in FREE_MASKS:
        return ""
    return f"the masks of {name!r} are hand-made, and not known to be free for commercial use"


def require_teacher(name: str, what: str) -> None:
    """Raise ExportError unless ``what`` may be shipped after learning from the model ``name`` ("": none)."""
    if name and name not in FREE_TEACHERS:
        raise ExportError(f"{what} is to be shipped, but its teacher {name!r} is not known to be free.")


def teachers(folder: Path) -> list[str]:
    """Return who made the labels in ``folder``; raise ExportError if one of them is not known to be free."""
    try:
        names: list[str] = tomllib.loads((folder / RECORD).read_text(encoding="utf-8"))["teachers"]
    except (OSError, ValueError, KeyError):
        raise ExportError(f"{folder / RECORD} cannot be read, so nobody knows who made the alphas") from None
    strangers = [name for name in names if name not in FREE_TEACHERS]
    if strangers or not names:
        raise ExportError(f"its teacher {', '.join(strangers) or '(none named)'} is not known to be free")
    return names


def require_free(folders: list[Path], what: str) -> None:
    """Raise ExportError unless ``what`` may be shipped after learning from all ``folders``."""
    for folder in folders:
        reason = reason_against(folder)
        if reason:
            raise ExportError(
                f"{what} is to be shipped, but {folder} must not teach it: {reason}. Label its pictures with "
                "'python -m export label' and learn from those alphas, or set shipped = false in the recipe."
            )
