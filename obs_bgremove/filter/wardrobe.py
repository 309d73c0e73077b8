# SPDX-License-Identifier: GPL-2.0-or-later
"""What the person wears, as the worker sees it, and what the filter makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..translate import N, tr
from .options.settings import OUTFITS
from .report.problems import NOTHING, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..link.channel import Channel
    from ..obs import data
    from .options.settings import Settings

#: The clothes in sentences, and what is shown for none of them.
CLOTHES = {
    "beachwear": N("beachwear"),
    "workwear": N("workwear"),
    "sportswear": N("sportswear"),
}
THE_PRESET = N("the preset")


class Wardrobe:
    """One filter's. The worker is asked only while the background is to suit the clothes."""

    def __init__(self, channel: Channel, change: Callable[[Mapping[str, data.Value]], None]) -> None:
        """``change`` changes settings of the filter (only while it exists)."""
        self._channel = channel
        self._change = change
        #: The clothes that the background followed last: what the user chooses after that stays.
        self._followed = ""
        #: What is shown from now on, while the settings that say so have not come yet.
        self._accepted = ""

    def look_after(self, settings: Settings, idle: bool) -> None:
        """Ask the worker, or no longer; change the background if that is to happen by itself."""
        wanted = settings.background == "auto" and settings.outfit_change != "keep"
        self._channel.watch(wanted and not idle)
        suggested, self._accepted = self.suggested(settings), ""
        if settings.outfit_change != "follow":
            self._followed = ""
        elif suggested and suggested != self._followed:
            self._followed = suggested
            self.accept(settings)

    def accept(self, settings: Settings) -> None:
        """Show what suits the clothes, if that is known and not shown already."""
        suggested = self.suggested(settings)
        if suggested and suggested != settings.outfit_shown:
            self._accepted = suggested
            self._change({"outfit_shown": suggested})

    def keep(self, settings: Settings) -> None:
        """Leave the background as it is from now on."""
        if settings.background == "auto":
            self._change({"outfit_change": "keep"})

    def suggested(self, settings: Settings) -> str:
        """Return the clothes whose background suits now; empty if none does, or nobody knows."""
        outfit = self._channel.outfit
        worn = outfit.worn if outfit and settings.background == "auto" else ""
        return worn if worn in OUTFITS else ""

    def problem(self, settings: Settings) -> Problem:
        """Return why nobody looks at the clothes, if nobody does."""
        outfit = self._channel.outfit
        return Problem(outfit.problem, "preset") if outfit and settings.background == "auto" else NOTHING

    def sentence(self, settings: Settings) -> str:
        """Return what the person seems to wear and what is shown; empty for other backgrounds."""
        if settings.background != "auto":
            return ""
        shows = self._accepted or settings.outfit_shown
        if settings.outfit_change == "follow" and self.suggested(settings) not in ("", self._followed):
            # It has come since the last look, and is followed at the next.
            shows = self.suggested(settings)
        shown = tr(OUTFITS.get(shows, THE_PRESET))
        if settings.outfit_change == "keep":
            return tr("{background} is shown and kept.", background=shown)
        outfit, suggested = self._channel.outfit, self.suggested(settings)
        if outfit is None or not outfit.worn:
            return tr("What you wear is not clear yet; {background} is shown.", background=shown)
        if not suggested:
            return tr("You seem to wear something else; {background} is shown.", background=shown)
        clothes = tr(CLOTHES[suggested])
        if suggested == shows:
            return tr("You seem to wear {clothes}; {background} is shown.", clothes=clothes, background=shown)
        return tr(
            "You seem to wear {clothes}; {suiting} would suit (see the button), {background} is shown.",
            clothes=clothes,
            suiting=tr(OUTFITS[suggested]),
            background=shown,
        )
