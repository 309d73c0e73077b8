# SPDX-License-Identifier: GPL-2.0-or-later
"""When the properties page is built again: seldom, because it takes the user out of what they do."""

from __future__ import annotations

import dataclasses

import pytest

from obs_bgremove.filter.options import open_page
from obs_bgremove.filter.options.open_page import OpenPage
from obs_bgremove.filter.report.status import Status
from tests.unit.filter.test_status import status_of

RUNNING = status_of(delay_frames=2, delay_milliseconds=66.7)


@pytest.fixture
def page(monkeypatch):
    """Return a page that was built a while ago, and shows "running"."""

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    made = OpenPage()
    made.clock = Clock()
    monkeypatch.setattr(open_page, "time", made.clock)
    made.built(RUNNING, 0.0667)
    return made


def changed(**changes):
    return dataclasses.replace(RUNNING, **changes)


SLOW = {"frames_per_second": 9.0, "frames_not_drawn": 21.0, "remedy": "lighter"}


@pytest.mark.parametrize("changes", [{"state": Status.HIDDEN}, {"problem": "The model is gone."}])
def test_what_the_filter_does_is_built_again_at_once(page, changes):
    assert not page.outdated(RUNNING, 0.0667)
    assert page.outdated(changed(**changes), 0.0667)
    page.built(changed(**changes), 0.0667)
    assert not page.outdated(changed(**changes), 0.0667)


@pytest.mark.parametrize(
    ("changes", "delay"),
    [({"remedy": "automatic"}, 0.0667), ({"microphone": "Mic"}, 0.0667), (SLOW, 0.0667), ({}, 0.1)],
)
def test_what_else_is_read_at_a_glance_is_built_again_once_it_lasts(page, changes, delay):
    assert not page.outdated(changed(**changes), delay)
    page.clock.now += OpenPage.LASTING
    assert page.outdated(changed(**changes), delay)
    page.built(changed(**changes), delay)
    assert not page.outdated(changed(**changes), delay)


def test_a_machine_at_its_limit_does_not_move_the_rows(page):
    for _ in range(10):
        assert not page.outdated(changed(**SLOW), 0.0667)
        page.clock.now += 1
        assert not page.outdated(RUNNING, 0.0667)
        page.clock.now += 1


def test_a_number_that_changes_all_the_time_is_not(page):
    for changes in [{"alphas_per_second": 29}, {"milliseconds_per_alpha": 5}, {"delay_milliseconds": 100}]:
        assert not page.outdated(changed(**changes), 0.0667)
    page.built(changed(problem="Silent for 3 s."), 0.0667)
    assert not page.outdated(changed(problem="Silent for 14 s."), 0.0667)


def test_not_while_the_user_changes_settings(page):
    page.touched()
    assert not page.outdated(changed(problem="Wrong."), 0.0667)
    page.clock.now += OpenPage.QUIET
    assert page.outdated(changed(problem="Wrong."), 0.0667)


def test_a_setting_that_somebody_else_changed_is_shown_at_once(page):
    page.touched()
    page.stale()
    assert page.outdated(RUNNING, 0.0667)
    page.built(RUNNING, 0.0667)
    assert not page.outdated(RUNNING, 0.0667)


def test_a_page_that_nobody_has_opened_is_never_built():
    page = OpenPage()
    page.stale()
    assert not page.outdated(RUNNING, 0.0667)


@pytest.mark.parametrize(
    ("unfolded", "changes", "outdated"),
    [
        (False, {}, False),
        (True, {}, False),
        (False, {"delay_milliseconds": 100.0}, True),
        (False, {"milliseconds_per_alpha": 5.0}, False),
        (True, {"milliseconds_per_alpha": 5.0}, True),
        # That is more than a number: it is built again once it lasts.
        (True, SLOW, False),
    ],
)
def test_numbers_are_shown_while_nobody_is_in_a_control(page, unfolded, changes, outdated):
    page.clock.now += OpenPage.NUMBERS
    seen = changed(**changes), 0.0667
    assert page.numbers_outdated(*seen, unfolded=unfolded) == outdated
    page.touched()
    assert not page.numbers_outdated(*seen, unfolded=unfolded)
    page.clock.now += OpenPage.QUIET
    assert page.numbers_outdated(*seen, unfolded=unfolded) == outdated
    page.built(*seen)
    assert not page.numbers_outdated(*seen, unfolded=unfolded)


def test_numbers_stay_for_a_while(page):
    seen = changed(milliseconds_per_alpha=5.0), 0.0667
    assert not page.numbers_outdated(*seen, unfolded=True)
    page.clock.now += OpenPage.NUMBERS
    assert page.numbers_outdated(*seen, unfolded=True)


def test_the_numbers_of_a_page_that_nobody_has_opened_are_never_shown():
    assert not OpenPage().numbers_outdated(RUNNING, 0.0667, unfolded=True)
