# SPDX-License-Identifier: GPL-2.0-or-later
"""The sources with sound, and by how much OBS delays their sound (the "sync offset" of its mixer)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from . import log
from .functions import lib
from .sources import name_of
from .structs import SOURCE_AUDIO, EnumSources

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def sources() -> Iterator[list[int]]:
    """Give all sources with sound, OBS' global devices too; they are held inside the ``with``."""
    held: list[int] = []

    def collect(_parameter: int | None, source: int) -> bool:
        try:
            if lib.obs_source_get_output_flags(source) & SOURCE_AUDIO:
                held.extend(one for one in [lib.obs_source_get_ref(source)] if one)
        except Exception:  # noqa: BLE001 - an exception must not cross C
            log.exception("listing sources with sound")
        return True

    lib.obs_enum_sources(EnumSources(collect), None)
    try:
        yield held
    finally:
        for one in held:
            lib.obs_source_release(one)


def names() -> list[str]:
    """Return the names of all sources with sound, sorted."""
    with sources() as found:
        return sorted(map(name_of, found), key=str.casefold)


def delay_more(source: int, nanoseconds: int) -> None:
    """Add to the delay of a source's sound (take from it, if below zero)."""
    # A few nanoseconds between the two calls: a change by the user's hand does not fall in there.
    lib.obs_source_set_sync_offset(source, lib.obs_source_get_sync_offset(source) + nanoseconds)
