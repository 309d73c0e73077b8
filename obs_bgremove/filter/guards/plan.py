# SPDX-License-Identifier: GPL-2.0-or-later
"""Decides what is to be done about the room guard of one source, from the list of its filters."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kind(enum.Enum):
    """What a filter is to us."""

    OURS = enum.auto()
    GUARD = enum.auto()
    OTHER = enum.auto()


class Entry(NamedTuple):
    """A filter of a source. ``guarded``: of a filter of ours, whether its user wants a guard."""

    handle: int
    kind: Kind
    enabled: bool = True
    guarded: bool = True


class Plan(NamedTuple):
    """What is to be done.

    ``remove``: handles of guards that are too many; ``above``: the handle of the filter that the guard
    belongs directly below, None if there is to be no guard; ``guard``: the handle of the one that is kept,
    None if it is to be made; ``closed``: whether it is enabled and hides the source.
    """

    remove: list[int]
    above: int | None = None
    guard: int | None = None
    closed: bool = False


def plan(filters: Sequence[Entry]) -> Plan:
    """Return what is to be done about a source's filters, which are listed from the source outwards.

    One guard serves all filters of ours on a source. It stands below the first of them that is switched on:
    one that is switched off passes on what is below, and that must be the picture. If none is switched on,
    the user wants to see the room.
    """
    ours = [one for one in filters if one.kind is Kind.OURS]
    guards = [one.handle for one in filters if one.kind is Kind.GUARD]
    if not any(one.guarded for one in ours):
        return Plan(guards)
    running = [one for one in ours if one.enabled]
    above = (running or ours)[0].handle
    order = [one.handle for one in filters]
    beside = [handle for handle in guards if order.index(handle) + 1 == order.index(above)]
    kept = next(iter(beside or guards), None)
    return Plan([handle for handle in guards if handle != kept], above, kept, bool(running))
