# SPDX-License-Identifier: GPL-2.0-or-later
"""A kind of background: what is behind the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..passes.drawn_background import DrawnBackground
from ..passes.techniques import CompositeTechnique

if TYPE_CHECKING:
    from ..options.settings import Settings
    from ..passes.cut import Cut
    from ..passes.passes import Passes


class Background:
    """The transparent background, and the base of the others.

    A background is drawn on the graphics thread. What may take time (making and releasing it, and asking for
    its problem) is done on another one.
    """

    def draw(self, passes: Passes, cut: Cut) -> DrawnBackground:  # noqa: ARG002 - other kinds use them
        """Draw what is behind the person of this cut; return it."""
        return DrawnBackground(CompositeTechnique.ALONE)

    def set_showing(self, showing: bool) -> None:
        """Note whether anyone sees it: a hidden video rests."""

    def adjust(self, settings: Settings) -> None:
        """Take over changes of the settings in ``making.ADJUSTED`` (while it may be drawn)."""

    def missing(self) -> bool:
        """Return whether what it shows was missing when it was made: making it again may help."""
        return False

    def problem(self, parent: int) -> str:  # noqa: ARG002 - OtherSource uses it
        """Return a sentence for the user if it cannot be shown, else an empty one.

        ``parent`` is the filtered source.
        """
        return ""

    def ready(self) -> bool:
        """Return whether it has a picture: one that is being read from a file may not yet."""
        return True

    def follow(self, before: Background) -> None:
        """Note which background was shown until now (graphics thread)."""

    def release(self) -> None:
        """Give everything back."""
