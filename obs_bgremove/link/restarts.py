# SPDX-License-Identifier: GPL-2.0-or-later
"""What the ends of worker processes mean for the next one: when it starts, and what it does without."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from . import patience

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

#: They have to fit into one message.
_MOST_SHUNNED = 20


class Restarts:
    """Counts ends in a row. Of the supervisor's thread."""

    def __init__(self) -> None:
        self.ends_in_row = 0
        #: Names of devices that are not to be used until OBS is restarted.
        self.avoid: tuple[str, ...] = ()
        #: Workers in a row that were not ready in time.
        self._late_in_row = 0
        #: How often a worker did not get done with loading the same file on the same device.
        self._stuck: Counter[str] = Counter()
        #: How often a worker ended while it loaded the same file on the CPU.
        self._ends_of_loads: Counter[str] = Counter()

    def begin(self) -> None:
        """Forget the ends so far: the client was started. Suspected devices stay suspected."""
        self.ends_in_row = self._late_in_row = 0

    def ready(self) -> None:
        """Note that a worker is ready."""
        self._late_in_row = 0

    def late(self) -> None:
        """Note that a worker was not ready in time; its end is noted, too."""
        self._late_in_row += 1

    def stuck(self, loads: AbstractSet[str]) -> None:
        """Note that a worker did not get done with loading these; its end is noted, too."""
        self._stuck.update(loads)

    def loaded(self, load: str) -> None:
        """Note that something could be loaded, or was refused."""
        self._ends_of_loads.pop(load, None)
        self._stuck.pop(load, None)

    def ended_while_loading(self, loads: AbstractSet[str]) -> None:
        """Note what was being loaded on the CPU, where nothing else is left to try, when a worker ended."""
        self._ends_of_loads.update(loads)

    def shunned(self) -> tuple[str, ...]:
        """Return what is not to be loaded any more, because workers ended with it."""
        found = [load for load, ends in self._ends_of_loads.items() if ends >= patience.SUSPICIOUS]
        return tuple(found[-_MOST_SHUNNED:])

    def ended(self, lived: float, used: AbstractSet[str]) -> tuple[str, ...]:
        """Note the end of a process; ``lived``: seconds, ``used``: names of the devices it had models on.

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
        return _longer(patience.START_UP, self._late_in_row, patience.START_UP_MOST)

    def load(self) -> float:
        """Return the seconds that the next process may take to load one model."""
        return _longer(patience.LOADING, max(self._stuck.values(), default=0), patience.LOADING_MOST)


def _longer(usual: float, times: int, most: float) -> float:
    """Return a time that is doubled so many times, up to the most."""
    return max(usual, min(usual * 2.0**times, most))
