# SPDX-License-Identifier: GPL-2.0-or-later
"""How many pictures a filter keeps."""

from __future__ import annotations

import pytest

from obs_bgremove.filter.frames import pictures as module
from obs_bgremove.filter.frames.pictures import Pictures
from obs_bgremove.filter.passes.geometry import Size

SMALL, LARGE = Size(640, 360), Size(1920, 1080)


@pytest.fixture
def clock(monkeypatch):
    """The time in seconds, which a test sets."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def drawn(pictures, count, size=SMALL):
    """Take pictures for frames that are under way at once, and draw them."""
    taken = [pictures.take(size) for _ in range(count)]
    for one in taken:
        if one is not None:
            with one.frame.drawing(*size):
                pass
    return taken


def give_back(pictures, taken):
    for one in taken:
        if one is not None:
            pictures.give_back(one)


def take(pictures, count, size=SMALL):
    """Draw pictures, and give them back in their order."""
    taken = drawn(pictures, count, size)
    give_back(pictures, taken)
    return taken


def large(gpu):
    """Return how many targets have a texture of the large size."""
    return [size for size, texture in gpu.targets.values() if texture].count(LARGE)


def test_pictures_are_kept_for_the_next_frames(gpu):
    pictures, before = Pictures(), len(gpu.targets)
    for _ in range(1000):
        take(pictures, 3)
    each = (len(gpu.targets) - before) // 3
    assert len(set(take(pictures, 3))) == 3 and len(gpu.targets) == before + 3 * each
    pictures.free()
    assert len(gpu.targets) == before


@pytest.mark.parametrize("fps", [60, 30, 0.2])
def test_those_of_a_stall_are_freed_when_they_are_needed_no_more(gpu, clock, fps):
    def draw_for_a_while(count):
        """Draw frames, some of them at once, until all pictures were counted twice."""
        used, until = set(), clock[0] + 2 * Pictures.LOOKED_AT + 2 / fps
        while clock[0] < until:
            clock[0] += 1 / fps
            used.update(take(pictures, count))
        return used

    pictures, before = Pictures(), len(gpu.targets)
    assert take(pictures, Pictures.MOST + 1)[-1] is None
    stalled = len(gpu.targets) - before
    draw_for_a_while(1)
    # One is in use, and one more was free while it was.
    each = stalled // Pictures.MOST
    assert len(gpu.targets) - before <= (1 + Pictures.SPARE) * each
    # Those that stay go on.
    assert len(draw_for_a_while(2)) <= 2 + Pictures.SPARE
    assert len(gpu.targets) - before <= (2 + Pictures.SPARE) * each
    pictures.free()
    assert len(gpu.targets) == before


def test_those_of_another_size_are_freed_at_once(gpu):
    pictures, before = Pictures(), len(gpu.targets)
    take(pictures, 10, LARGE)
    waiting = drawn(pictures, 3, LARGE)
    assert large(gpu) == 10
    take(pictures, 1)
    assert large(gpu) == len(waiting)
    give_back(pictures, waiting)
    assert large(gpu) == 0
    # Those of the size that frames have now are kept, whatever was given back in between.
    (kept,) = take(pictures, 1)
    assert take(pictures, 1) == [kept]
    pictures.free()
    assert len(gpu.targets) == before


def test_a_picture_that_could_not_be_drawn_is_kept(gpu):
    pictures = Pictures()
    pictures.give_back(first := pictures.take(SMALL))
    assert pictures.take(SMALL) is first
