# SPDX-License-Identifier: GPL-2.0-or-later
"""What several looks at one person agree on."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The class of all clothes that belong to none of the others.
OTHER = "other"


def decide(shares: Mapping[str, float], least: Mapping[str, float]) -> str:
    """Return the class that ``shares`` speak for: ``OTHER`` unless a share reaches its class's ``least``.

    Of several that do it is the one that exceeds its own by the largest factor.
    """
    reached = {name: shares[name] / value for name, value in least.items() if shares[name] >= value > 0}
    return max(reached, key=lambda name: reached[name]) if reached else OTHER


class Votes:
    """The last looks at one filter's person; ``worn`` changes only when most of them agree."""

    #: How many looks are kept, how many of them must agree, and after how many without anybody all are
    #: forgotten: somebody else may come then.
    KEPT, AGREE, GONE = 5, 4, 3

    def __init__(self) -> None:
        self._looks: deque[Mapping[str, float]] = deque(maxlen=self.KEPT)
        self._nobody = 0
        #: The class of what the person wears; empty while nobody knows.
        self.worn = ""

    def add(self, shares: Mapping[str, float] | None, least: Mapping[str, float]) -> None:
        """Note a look: class -> share, or None if nobody is seen; ``least`` as in ``decide``.

        ``worn`` stays until ``AGREE`` of the last looks, and their mean, speak for another class.
        """
        self._nobody = self._nobody + 1 if shares is None else 0
        if self._nobody >= self.GONE:
            self._looks.clear()
        if shares is None:
            return
        self._looks.append(shares)
        mean = {name: sum(look[name] for look in self._looks) / len(self._looks) for name in shares}
        agreed = decide(mean, least)
        if sum(decide(look, least) == agreed for look in self._looks) >= self.AGREE:
            self.worn = agreed
