# SPDX-License-Identifier: GPL-2.0-or-later
"""What is done about a room guard, from the list of a source's filters (the nearest to the source first)."""

from __future__ import annotations

import pytest

from obs_bgremove.filter.guards.plan import Entry, Kind, Plan, plan

GUARD, OTHER = Entry(1, Kind.GUARD), Entry(2, Kind.OTHER)
OURS, SECOND = Entry(3, Kind.OURS), Entry(4, Kind.OURS)
OFF = OURS._replace(enabled=False)
SECOND_OFF = SECOND._replace(enabled=False)
ANOTHER_GUARD = Entry(5, Kind.GUARD)
UNGUARDED = OURS._replace(guarded=False)


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ([], Plan([])),
        ([OTHER], Plan([])),
        ([OURS], Plan([], 3, None, closed=True)),
        ([GUARD, OURS], Plan([], 3, 1, closed=True)),
        ([GUARD, OTHER, OURS], Plan([], 3, 1, closed=True)),
        ([OURS, OTHER, GUARD], Plan([], 3, 1, closed=True)),
        ([OFF], Plan([], 3, None, closed=False)),
        ([GUARD, OFF], Plan([], 3, 1, closed=False)),
        ([GUARD, OURS, SECOND], Plan([], 3, 1, closed=True)),
        ([GUARD, OFF, SECOND], Plan([], 4, 1, closed=True)),
        ([GUARD, OFF, SECOND_OFF], Plan([], 3, 1, closed=False)),
        ([GUARD, OTHER, ANOTHER_GUARD, OURS], Plan([1], 3, 5, closed=True)),
        ([GUARD], Plan([1])),
        ([GUARD, OTHER, ANOTHER_GUARD], Plan([1, 5])),
        ([GUARD, UNGUARDED], Plan([1])),
        ([UNGUARDED, SECOND], Plan([], 3, None, closed=True)),
    ],
)
def test_plan(filters, wanted):
    assert plan(filters) == wanted
