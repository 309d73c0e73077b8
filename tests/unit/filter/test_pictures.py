# SPDX-License-Identifier: GPL-2.0-or-later
"""How many pictures a filter keeps."""

from __future__ import annotations

from obs_bgremove.filter.frames.pictures import Pictures


def take(pictures, count):
    """Take pictures for frames that are under way at once, and give them back in their order."""
    taken = [pictures.take() for _ in range(count)]
    for one in taken:
        if one is not None:
            pictures.give_back(one)
    return taken


def test_pictures_are_kept_for_the_next_frames(gpu):
    pictures, before = Pictures(), len(gpu.targets)
    for _ in range(1000):
        take(pictures, 3)
    each = (len(gpu.targets) - before) // 3
    assert len(set(take(pictures, 3))) == 3 and len(gpu.targets) == before + 3 * each
    pictures.free()
    assert len(gpu.targets) == before


def test_those_of_a_stall_are_freed_when_they_are_needed_no_more(gpu):
    pictures, before = Pictures(), len(gpu.targets)
    assert take(pictures, Pictures.MOST + 1)[-1] is None
    stalled = len(gpu.targets) - before
    used = set()
    for _ in range(2 * Pictures.LOOKED_AT):
        used.update(take(pictures, 1))
    # One is in use, and one more was free while it was.
    each = stalled // Pictures.MOST
    assert len(gpu.targets) - before <= (1 + Pictures.SPARE) * each
    # Those that stay go on.
    for _ in range(2 * Pictures.LOOKED_AT):
        take(pictures, 2)
    assert len(gpu.targets) - before <= (2 + Pictures.SPARE) * each
    pictures.free()
    assert len(gpu.targets) == before
