# SPDX-License-Identifier: GPL-2.0-or-later
"""The room guard, as it stands in a scene collection: a filter of OBS' own that makes a source transparent.

It stands directly below each filter of ours, nearer to the source. Where our script does not run, OBS draws
the source, the guard, and nothing is seen. Standard library only: read by the filter and by install.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .translate import N

if TYPE_CHECKING:
    from collections.abc import Mapping

#: OBS' filter "Color Correction": what OBS calls the kind, and the version of it that is made.
KIND, VERSIONED_KIND = "color_filter", "color_filter_v2"
#: It is the first filter in OBS' list, and OBS opens its window Filters with the first one selected: nothing
#: else of a guard's page can be ours, so its name leads on. OBS 29 shows 28 letters of it.
NAME = N("Room guard ↓ settings below")
#: What guards were called before their name was kept in the setting GIVEN.
FORMER_NAME = "Room guard: hides this source when Background Removal is not running"
#: A key of its settings: the name that we gave it, in the language of that day. Another one is the user's.
GIVEN = "obs_bgremove_name"
#: A key of its settings by which it is known, whatever its name is.
MARK = "obs_bgremove_room_guard"
SETTINGS: Mapping[str, float | bool] = {"opacity": 0.0, MARK: True}


def is_guard(entry: object) -> bool:
    """Return whether an entry of a source's list of filters, in a scene collection's file, is a guard."""
    if not isinstance(entry, dict) or entry.get("id") not in (KIND, VERSIONED_KIND):
        return False
    settings = entry.get("settings")
    return isinstance(settings, dict) and settings.get(MARK) is True
