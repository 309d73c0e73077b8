# SPDX-License-Identifier: GPL-2.0-or-later
"""What the ends of worker processes mean for the next one: when it starts, and what it does without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import patience

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


class Restarts:
    """Counts ends in a row. Of the supervisor's thread."""

    def __init__(self) -> None:
        self.ends_in_row = 0
        #: Names of devices that are not to be used until OBS is restarted.
        self.avoid: tuple[str, ...] = ()
        #: Workers in a row that were not ready in time.
        self._late_in_row = 0

    def begin(self) -> None:
        """Forget the ends so far: the client was started. Suspected devices stay suspected."""
        self.ends_in_row = self._late_in_row = 0

    def ready(self) -> None:
        """Note that a worker is ready."""
        self._late_in_row = 0

    def late(self) -> None:
        """Note that a worker was not ready in time; its end is noted, too."""
        self._late_in_row += 1

    def ended(self, lived: float, used: AbstractSet[str]) -> tuple[str, ...]:
        """Note the end of a process that lived so many seconds and used these devices.

        Returns the devices that are suspected from now on: after several ends in a row with a GPU in use,
        the worker does without it.
        """
        self.ends_in_row = 1 if lived > patience.STABLE_AFTER else self.ends_in_row + 1
        gpus = tuple(sorted(used - {"cpu"} - set(self.avoid)))
        if self.ends_in_row < patience.SUSPICIOUS:
            return ()
        self.avoid += gpus
        return gpus

    def pause(self) -> float:
        """Return the seconds until the next process is started."""
        return patience.BACK_OFF[min(self.ends_in_row, len(patience.BACK_OFF)) - 1]

    def start_up(self) -> float:
        """Return the seconds that the next process may take to be ready."""
        return max(patience.START_UP, min(patience.START_UP * 2.0**self._late_in_row, patience.START_UP_MOST))
