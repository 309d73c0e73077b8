# SPDX-License-Identifier: GPL-2.0-or-later
"""Keeps our script in the list of each scene collection that holds our filter.

OBS keeps a list of scripts for each collection. One that was imported, or comes from another machine, does
not list ours. Where OBS starts with it, our filter would be unknown and the source hidden by its guard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import scene_files
from ..obs import data, frontend, log

if TYPE_CHECKING:
    from pathlib import Path


def complete(modules: int | None) -> None:
    """Add our script to the list of a collection that OBS is about to load, if it holds our filter.

    ``modules`` is the settings object of what OBS' modules keep in it; the scripts tool reads its list there
    next. A collection without such an object cannot be reached this way: :func:`heal` does it.
    """
    if not modules:
        return
    kept = data.read_json(modules)
    if not isinstance(kept, dict):
        return
    listed = scene_files.entries(kept)
    wanted = scene_files.with_one_that_works(listed)
    if wanted != listed and _may_hold_our_filter(kept):
        data.write_json_list(modules, "scripts-tool", wanted)
        log.info("the scene collection did not list the filter's script: it was added")


def _may_hold_our_filter(modules: scene_files.Collection) -> bool:
    # OBS does not say which file it reads. If it cannot be found (it may be a backup), the script is added:
    # it does nothing where there is no filter.
    found = [one for folder in _folders() for one in scene_files.of_modules(folder, modules)]
    return not found or any(scene_files.filtered(one) for one in found)


def heal() -> None:
    """Add our script to the files of collections that hold our filter; OBS must not save any more."""
    for folder in _folders():
        for path in scene_files.heal(folder):
            log.info(f"the scene collection {path.stem} did not list the filter's script: it was added")


def _folders() -> list[Path]:
    return [folder for folder in frontend.scene_folders() if folder.is_dir()]
