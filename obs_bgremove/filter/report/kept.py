# SPDX-License-Identifier: GPL-2.0-or-later
"""What a filter shows and hides, where that is not simply everybody and the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...translate import joined, tr
from ..passes.geometry import WHOLE

if TYPE_CHECKING:
    from ..options.settings import Settings


def sentences(settings: Settings) -> str:
    """Return sentences for the status; empty if everybody is shown and the room is hidden."""
    parts = []
    if settings.invert:
        parts.append(tr("Inverted: the ROOM IS SHOWN, and people are hidden."))
    area = settings.area
    if not (area.width and area.height):
        parts.append(
            tr(
                "The area is empty, so everything counts as room: choose a left below the right, and a top "
                "below the bottom."
            )
        )
    elif area != WHOLE:
        parts.append(tr("Only people inside the area count."))
    return joined(parts)
