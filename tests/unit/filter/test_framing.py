# SPDX-License-Identifier: GPL-2.0-or-later
"""Which part of the picture the network sees."""

import pytest

from obs_bgremove.filter.frames.framing import Framing
from obs_bgremove.filter.passes.geometry import WHOLE, Region
from obs_bgremove.link.layout import Box, Part

WIDTH, HEIGHT = 256, 144


def box(people, seen):
    """Return the box that the worker finds around people (a region of the whole picture) in a part of it."""
    if people is None:
        return None
    left, top = max(people.x, seen.x), max(people.y, seen.y)
    right, bottom = min(people.right, seen.right), min(people.bottom, seen.bottom)
    if left >= right or top >= bottom:
        return None
    across, down = WIDTH / seen.width, HEIGHT / seen.height
    return Box(
        int((left - seen.x) * across),
        int((top - seen.y) * down),
        min(WIDTH, int((right - seen.x) * across) + 1),
        min(HEIGHT, int((bottom - seen.y) * down) + 1),
    )


def show(framing, people, alphas=1):
    """Let this many alphas of somebody come; return the region after each."""
    regions = []
    for _ in range(alphas):
        seen = framing.region
        if framing.overview_due():
            framing.overview(box(people, WHOLE), WIDTH, HEIGHT)
        framing.found(box(people, seen), seen, WIDTH, HEIGHT)
        regions.append(framing.region)
    return regions


def contains(region, people):
    return (
        region.x <= people.x
        and region.y <= people.y
        and region.right >= people.right
        and region.bottom >= people.bottom
    )


SMALL = Region(0.45, 0.4, 0.1, 0.3)


def test_it_begins_with_the_whole_picture():
    assert Framing().region == WHOLE


@pytest.mark.parametrize(
    "people",
    [SMALL, Region(0, 0.7, 0.05, 0.3), Region(0.93, 0, 0.07, 0.2), Region(0.4, 0.1, 0.2, 0.9)],
)
def test_it_closes_in_on_people_with_room_around_them(people):
    framing = Framing()
    regions = show(framing, people, 40)
    assert regions[: framing.PATIENCE - 1] == [WHOLE] * (framing.PATIENCE - 1)
    region = regions[-1]
    assert contains(region, people) and contains(WHOLE, region)
    assert region.width * region.height < 0.8
    # Room on each side that is not a side of the picture.
    for beside, at_side in (
        (people.x - region.x, region.x == 0),
        (region.right - people.right, region.right == 1),
        (people.y - region.y, region.y == 0),
        (region.bottom - people.bottom, region.bottom == 1),
    ):
        assert at_side or beside >= framing.NEAR
    # Once there, it stays.
    assert set(show(framing, people, 100)) == {region}


def test_it_is_never_stretched_too_much_nor_too_small():
    for people in (Region(0.5, 0, 0.01, 1), Region(0, 0.5, 1, 0.01), Region(0.5, 0.5, 0.01, 0.01)):
        framing = Framing()
        region = show(framing, people, 40)[-1]
        assert max(region.width, region.height) <= 2.2 * min(region.width, region.height)
        assert min(region.width, region.height) >= framing.SMALLEST


def test_somebody_who_fills_the_picture_gets_all_of_it():
    framing = Framing()
    assert set(show(framing, Region(0.05, 0.05, 0.9, 0.95), 100)) == {WHOLE}
    assert framing.part == Framing().part


def test_it_goes_along_with_somebody_who_moves_at_once():
    framing = Framing()
    show(framing, SMALL, 40)
    for step in range(40):
        people = SMALL._replace(x=0.45 + 0.01 * step)
        show(framing, people)
        assert contains(framing.region, people)


def test_somebody_who_moves_all_the_time_gets_room_for_it():
    framing = Framing()
    regions = set()
    for step in range(200):
        regions.update(show(framing, SMALL._replace(x=0.2 + 0.03 * abs(step % 20 - 10))))
    settled = regions - {WHOLE}
    assert len(settled) == 1
    assert all(contains(region, Region(0.2, 0.4, 0.4, 0.3)) for region in settled)


def test_nobody_there_is_a_reason_to_look_everywhere():
    framing = Framing()
    show(framing, SMALL, 40)
    assert framing.region != WHOLE
    assert show(framing, None) == [WHOLE]


def test_somebody_who_comes_in_elsewhere_is_seen_by_the_next_overview():
    framing = Framing()
    show(framing, SMALL, 40)
    both = Region(0.02, 0.3, 0.55, 0.5)
    assert box(both, framing.region) is not None and not contains(framing.region, both)
    seen, inside = framing.region, box(SMALL, framing.region)
    for _ in range(framing.OVERVIEW_EVERY):
        if framing.overview_due():
            framing.overview(box(both, WHOLE), WIDTH, HEIGHT)
        if framing.region == seen:
            framing.found(inside, seen, WIDTH, HEIGHT)
    assert contains(framing.region, both)


def test_the_whole_picture_needs_no_overview():
    framing = Framing()
    assert not any(framing.overview_due() for _ in range(100))


def test_alphas_of_an_earlier_region_change_nothing():
    framing = Framing()
    show(framing, SMALL, 40)
    before = framing.region
    framing.found(None, WHOLE, WIDTH, HEIGHT)
    assert framing.region == before


def test_the_worker_is_given_the_region():
    framing = Framing()
    for people in (SMALL, None, SMALL._replace(x=0.1), None):
        assert Part.unpack(framing.part) == framing.region
        show(framing, people, 40)
    assert Part.unpack(framing.part) == framing.region
