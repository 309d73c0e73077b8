# SPDX-License-Identifier: GPL-2.0-or-later
"""The delay that we add to a microphone's sound, as it stands in a scene collection.

The source's own "sync" (nanoseconds) has it, together with what the user set there. How much of that is ours
is noted in the same source's private settings, which OBS saves with it and copies with it. Standard library
only: read by the filter and by install.py.
"""

from __future__ import annotations

from typing import Any

#: The key of the note, in nanoseconds; it is not there while nothing is added.
NOTE = "obs_bgremove_delay_ns"


def is_delayed(entry: object) -> bool:
    """Return whether an entry of a scene collection's file is a source whose sound we delay."""
    private = entry.get("private_settings") if isinstance(entry, dict) else None
    return isinstance(private, dict) and isinstance(private.get(NOTE), int)


def given_back(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of a source for which ``is_delayed`` holds, without our delay."""
    private = {**entry["private_settings"]}
    added = private.pop(NOTE)
    sync = entry.get("sync")
    return {**entry, "private_settings": private, "sync": (sync if isinstance(sync, int) else 0) - added}
