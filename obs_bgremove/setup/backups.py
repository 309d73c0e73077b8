# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies of OBS' files as they were before install.py changed them."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from .. import home
from .errors import writing_problem

if TYPE_CHECKING:
    from pathlib import Path

#: How many backups may be made within one second.
_MOST_OF_ONE_SECOND = 100


def directory() -> Path:
    """Return the directory of all backups."""
    return home.directory() / "backups"


def keep(paths: list[Path]) -> Path:
    """Copy files into a folder of their own, named by the time; return it. SetupError if that fails."""
    try:
        folder = _new_folder(time.strftime("%Y-%m-%d_%H-%M-%S"))
        for index, path in enumerate(paths):
            # Two configurations may have files of one name.
            twin = any(other.name == path.name for other in paths[:index])
            shutil.copy2(path, folder / (f"{index}-{path.name}" if twin else path.name))
    except OSError as error:
        raise writing_problem(directory(), error) from None
    return folder


def _new_folder(name: str) -> Path:
    """Make a folder of a name that is free, such as ``name_2``; OSError if it cannot be made."""
    directory().mkdir(parents=True, exist_ok=True)
    # No more runs end in one second. Windows also says "exists" of a folder that may not be made.
    for number in range(1, _MOST_OF_ONE_SECOND + 1):
        folder = directory() / (name if number == 1 else f"{name}_{number}")
        try:
            folder.mkdir()
            return folder
        except FileExistsError as error:
            last = error
    raise last
