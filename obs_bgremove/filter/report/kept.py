# SPDX-License-Identifier: GPL-2.0-or-later
"""What a filter shows and hides, where that is not simply everybody and the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...translate import joined, tr, trn
from ..passes.geometry import WHOLE

if TYPE_CHECKING:
    from ..options.settings import Settings


def sentences(settings: Settings, cleared: int) -> str:
    """Return sentences for the status; empty if everybody is shown and the room is hidden.

    ``cleared``: how many people were cleared from the alpha, as not the person in front.
    """
    parts = []
    if settings.invert:
        parts.append(tr("Inverted: the ROOM IS SHOWN, and people are hidden."))
    if settings.keep == "front" and cleared:
        parts.append(
            trn(
                "Only the person in front is kept; {number} other counts as room.",
                "Only the person in front is kept; {number} others count as room.",
                cleared,
            )
        )
    elif settings.keep == "front":
        parts.append(tr("Only the person in front is kept; nobody else is seen."))
    if settings.area != WHOLE and not empty_area(settings):
        parts.append(tr("Only people inside the area count."))
    return joined(parts)


def empty_area(settings: Settings) -> str:
    """Return a sentence if nobody can be inside the area, else nothing."""
    if settings.area.width and settings.area.height:
        return ""
    return tr(
        "The area is empty, so everything counts as room: choose a left below the right, and a top "
        "below the bottom."
    )
