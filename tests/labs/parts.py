# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of a lab: built in a cache, each once, and again when its recipe changes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

#: Environment variable that names the folder of all labs.
VARIABLE = "OBS_BGREMOVE_LAB"


def folder(lab: str) -> Path:
    """The folder of a lab: below that which ``$OBS_BGREMOVE_LAB`` names, else below the user's cache."""
    named = os.environ.get(VARIABLE)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(named) if named else cache / "obs_bgremove").resolve() / lab


class Parts:
    """Builds the parts of the lab in ``place``."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._lock: IO[str] | None = None

    def build(self, part: str, recipe: str, build: Callable[[], object]) -> None:
        """Build a part unless it was built by the same recipe.

        No other process builds in this place as long as this object lives: what runs there keeps what it
        runs on. So this waits for those that build or run there now, if there is something to build.
        """
        import fcntl  # a lab is built on Linux; this module is also imported elsewhere

        digest = hashlib.sha256(recipe.encode()).hexdigest()
        stamp = self.place / f"{part}.built"
        self.place.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = (self.place / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        # When a lock becomes the other one, it is let go for a moment.
        while not (stamp.is_file() and stamp.read_text() == digest):
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            if not (stamp.is_file() and stamp.read_text() == digest):
                stamp.unlink(missing_ok=True)
                build()
                stamp.write_text(digest)
            fcntl.flock(self._lock, fcntl.LOCK_SH)
