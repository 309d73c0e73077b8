# SPDX-License-Identifier: GPL-2.0-or-later
"""The switch interval is short only while a filter needs it, and other scripts keep theirs."""

from __future__ import annotations

import sys

import pytest

from obs_bgremove.obs.switch_interval import SwitchInterval


@pytest.fixture(autouse=True)
def python_has_its_own():
    """Put the interval back after a test."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    yield
    sys.setswitchinterval(before)


def test_it_is_short_from_the_first_user_to_the_last():
    interval = SwitchInterval()
    interval.shorten()
    interval.shorten()
    assert sys.getswitchinterval() == pytest.approx(SwitchInterval.SHORT)
    interval.restore()
    assert sys.getswitchinterval() == pytest.approx(SwitchInterval.SHORT)
    interval.restore()
    assert sys.getswitchinterval() == pytest.approx(0.005)
    interval.shorten()
    assert sys.getswitchinterval() == pytest.approx(SwitchInterval.SHORT)
    interval.restore()
    assert sys.getswitchinterval() == pytest.approx(0.005)


def test_a_shorter_one_of_another_script_stays():
    sys.setswitchinterval(0.0001)
    interval = SwitchInterval()
    interval.shorten()
    assert sys.getswitchinterval() == pytest.approx(0.0001)
    interval.restore()
    assert sys.getswitchinterval() == pytest.approx(0.0001)


def test_what_another_script_chose_meanwhile_stays():
    interval = SwitchInterval()
    interval.shorten()
    sys.setswitchinterval(0.02)
    interval.restore()
    assert sys.getswitchinterval() == pytest.approx(0.02)
