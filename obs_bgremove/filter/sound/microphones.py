# SPDX-License-Identifier: GPL-2.0-or-later
"""Delays the sound of microphones, for all filters: the only one that changes their sync offset.

What the user set there stays, the delay is added to it. How much was added is noted with the microphone
itself (see ``sound_delay``), so it is known after a crash, in a copy of the microphone, and after its removal
was undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import sound_delay
from ...obs import audio, data, log, sources
from ...obs.functions import lib

if TYPE_CHECKING:
    from collections.abc import Iterable


class Microphones:
    """Everything except ``forget`` runs on the caretaker's thread."""

    #: For ``caretaker.LookedAfter``.
    arriving = False

    def __init__(self) -> None:
        #: What each filter wants: the microphone's name, and nanoseconds; None if not known yet.
        self._wanted: dict[object, tuple[str, int | None]] = {}
        #: Handles of those that are delayed and that no filter wants. OBS may just be loading the filter, so
        #: the delay is taken back only if that is still so at the next look.
        self._unclaimed: set[int] = set()
        #: The names of those that were there at the last look.
        self.names: frozenset[str] = frozenset()

    def want(self, who: object, name: str, nanoseconds: int | None) -> None:
        """Have a microphone delayed for the filter ``who``; None: as it is, until the delay is known."""
        self._wanted[who] = name, nanoseconds

    def forget(self, who: object) -> None:
        """The filter ``who`` wants no microphone any more (any thread)."""
        self._wanted.pop(who, None)

    def look_after(self) -> None:
        """Delay each microphone as it is wanted now."""
        wanted: dict[str, list[int | None]] = {}
        for name, nanoseconds in list(self._wanted.values()):
            wanted.setdefault(name, []).append(nanoseconds)
        unclaimed = set()
        with audio.sources() as found:
            for source in found:
                name = sources.name_of(source)
                added = _added(source)
                if name in wanted:
                    _settle(source, name, added, together(wanted[name], added))
                elif added and source in self._unclaimed:
                    _settle(source, name, added, 0)
                elif added:
                    unclaimed.add(source)
            self.names = frozenset(map(sources.name_of, found))
        self._unclaimed = unclaimed


def together(wanted: Iterable[int | None], added: int) -> int:
    """Return by how much a microphone is delayed that several filters want: by the longest of their delays.

    ``added``: by how much it is now; so it stays for a filter that does not know its delay yet.
    """
    return max(added if one is None else one for one in wanted)


def _added(source: int) -> int:
    with data.private_of(source) as private:
        return int(data.read(private, sound_delay.NOTE, 0))


def _settle(source: int, name: str, added: int, wanted: int) -> None:
    if added == wanted:
        return
    with data.private_of(source) as private:
        audio.delay_more(source, wanted - added)
        if wanted:
            data.write(private, {sound_delay.NOTE: wanted})
        else:
            lib.obs_data_erase(private, sound_delay.NOTE.encode())
    what = f"delayed by {wanted / 1e6:.1f} ms, as the picture is" if wanted else "not delayed any more"
    log.info(f"{name}: the sound is {what}")
