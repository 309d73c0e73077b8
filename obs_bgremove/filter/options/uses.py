# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of the machine the filter takes, and what for: names that stand for several settings at once.

Nothing but these settings is kept. Which name is shown follows from them, so it is always true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...obs import data
from ...translate import N
from .settings import AUTO, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The key of the list on the page; OBS keeps there what the list shows.
KEY = "set_up_for"


class Use(NamedTuple):
    """A name for some settings; ``entry`` is how the list shows it."""

    label: str
    entry: str
    values: Mapping[str, data.Value]


def _values(
    machine_share: str = "normal", sync: str = "matched", *, edge: bool = True
) -> Mapping[str, data.Value]:
    return {
        "model": AUTO,
        "device": AUTO,
        "machine_share": machine_share,
        "sync": sync,
        "refinement": edge,
        "color_cleaning": edge,
        "crop_to_people": True,
    }


#: The first one is what the defaults are.
USES: Mapping[str, Use] = {
    "usual": Use(N("Usual"), N("Usual (normal)"), _values()),
    "meeting": Use(
        N("Meeting"),
        N("Meeting (normal, not delayed)"),
        # The program of the meeting takes the microphone by itself.
        _values(sync="lowest_latency"),
    ),
    "gaming": Use(N("Gaming"), N("Gaming (little)"), _values("little")),
    "low_power": Use(N("Low power"), N("Low power (as little as possible)"), _values("little", edge=False)),
    "best_picture": Use(N("Best picture"), N("Best picture (much)"), _values("much")),
}
#: The settings that they set.
NAMES = tuple(USES["usual"].values)


def of(settings: Settings) -> str:
    """Return the name for these settings; empty if they are the user's own."""
    chosen = {name: getattr(settings, name) for name in NAMES}
    return next((name for name, use in USES.items() if use.values == chosen), "")


def show(settings: int) -> bool:
    """Have the list show what is true of an OBS settings object; return whether it showed something else."""
    return data.change_text(settings, KEY, of(Settings.read(settings)))


def choose(settings: int) -> None:
    """Set in an OBS settings object what the list was set to; the user's own settings stay."""
    use = USES.get(str(data.read(settings, KEY, "")))
    if use:
        data.write(settings, use.values)
    show(settings)
