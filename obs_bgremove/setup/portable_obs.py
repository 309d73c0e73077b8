# SPDX-License-Identifier: GPL-2.0-or-later
"""Remembers the folder of a portable OBS that was named to install.py."""

from __future__ import annotations

import sys
from pathlib import Path

from .. import home
from ..translate import tr
from ..users_obs import portable
from .errors import SetupError, writing_problem


def remember(folder: Path) -> None:
    """Record a folder, for this run and all later ones; SetupError if it is not that of a portable OBS."""
    if sys.platform != "win32":
        raise SetupError(
            tr("--obs names the folder of a portable OBS, which only Windows has: leave it out.")
        )
    # PowerShell completes it to 'D:\My OBS\', and a program of Windows reads \" as a quotation mark.
    folder = Path(str(folder).rstrip('"')).expanduser().resolve()
    if not portable.program(folder).is_file():
        raise SetupError(
            tr(
                "{folder} is not the folder of an OBS ({file} does not exist): name the one that holds bin, "
                "data and obs-plugins.",
                folder=folder,
                file=portable.program(folder),
            )
        )
    if not portable.configuration(folder).is_dir():
        raise SetupError(
            tr(
                "The OBS in {folder} has no settings of its own ({file} does not exist). If it is portable, "
                "start it once, close it and run this again; if not, leave --obs out.",
                folder=folder,
                file=portable.configuration(folder),
            )
        )
    others = [str(other) for other in portable.named() if other != folder]
    try:
        home.write_record({**home.read_record(), portable.NAMED: [str(folder), *others]})
    except OSError as error:
        raise writing_problem(home.directory(), error) from None
