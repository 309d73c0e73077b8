# SPDX-License-Identifier: GPL-2.0-or-later
"""How far the frames of one filter have come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Serials:
    """Frames are numbered from 1 in the order in which they are drawn. 0 stands for none."""

    #: The frame that was drawn last.
    drawn: int = 0
    #: The frame that was handed to the worker last.
    handed_over: int = 0
    #: The frame whose alpha came last; and the one whose alpha came last from a model that was replaced.
    answered: int = 0
    answered_before: int = 0

    def next(self) -> int:
        """Return the serial of a frame that is being drawn."""
        self.drawn += 1
        return self.drawn

    def worker_changed(self) -> None:
        """Count all frames as handed over: an earlier worker, or an earlier model, had them."""
        self.handed_over = self.drawn
