# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of backgrounds on the page: the kinds, and each preset beside them, so that one step chooses it.

Nothing but the settings of the kind and of the preset is kept. Which entry is shown follows from them, so it
is always true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...obs import data
from ...translate import tr
from .settings import BACKGROUNDS, PRESETS, Settings

if TYPE_CHECKING:
    from ...obs.data import Value

#: The key of the list on the page; OBS keeps there what the list shows: a kind, or a preset's name.
KEY = "shown_background"
_PRESET = "preset"


def offered() -> list[tuple[str, str]]:
    """Return (value, label) of the list: the kinds, then the presets by the alphabet of their labels."""
    kinds = [(name, tr(label)) for name, label in BACKGROUNDS.items() if name != _PRESET]
    presets = [(name, tr(label)) for name, label in PRESETS.items()]
    return [*kinds, *sorted(presets, key=lambda one: one[1].casefold())]


def of(settings: Settings) -> str:
    """Return the entry for these settings."""
    return settings.background_preset if settings.background == _PRESET else settings.background


def show(settings: int) -> bool:
    """Have the list show what is true of an OBS settings object; return whether it showed something else."""
    return data.change_text(settings, KEY, of(Settings.read(settings)))


def choose(settings: int) -> None:
    """Set in an OBS settings object what the list was set to."""
    chosen = str(data.read(settings, KEY, ""))
    values: dict[str, Value] = {}
    if chosen in PRESETS:
        values = {"background": _PRESET, "background_preset": chosen}
    elif chosen in BACKGROUNDS:
        values = {"background": chosen}
    data.write(settings, values)
