# SPDX-License-Identifier: GPL-2.0-or-later
"""Which delay the sound follows."""

from __future__ import annotations

import pytest

from obs_bgremove.filter.report.problems import NOTHING
from obs_bgremove.filter.sound.in_step import InStep
from obs_bgremove.filter.sound.microphones import Microphones, together
from obs_bgremove.filter.sound.steady import SteadyDelay


def test_only_a_delay_that_lasts_is_followed():
    steady = SteadyDelay()
    for now in range(4):
        steady.look(0.05 if now % 2 else 0.066, now)
    assert steady.seconds is None, "it changes all the time"
    steady.look(0.066, 4)
    steady.look(0.0661, 5)
    assert steady.seconds is None
    steady.look(0.0659, 6)
    assert steady.seconds == pytest.approx(0.066, abs=0.0005)


def test_without_a_picture_the_last_delay_stays():
    steady = SteadyDelay()
    for now, seconds in [(0, 0.05), (2, 0.05), (3, None), (4, 0.1), (5, None), (9, 0.1), (10, 0.1)]:
        steady.look(seconds, now)
        assert steady.seconds == (0.05 if now >= 2 else None)
    steady.look(0.1, 11)
    assert steady.seconds == 0.1


@pytest.mark.parametrize(
    ("wanted", "added", "result"),
    [([50], 0, 50), ([50, 80], 50, 80), ([50], 80, 50), ([None], 80, 80), ([50, None], 80, 80), ([0], 80, 0)],
)
def test_several_filters_get_the_longest_delay(wanted, added, result):
    assert together(wanted, added) == result


@pytest.fixture
def microphones():
    """Return the microphones of an OBS with one, "Voice"."""
    made = Microphones()
    made.names = frozenset({"Voice"})
    return made


def test_a_microphone_is_missed_only_when_there_is_something_to_delay(microphones):
    in_step = InStep(microphones)
    in_step.look("Gone", works=True, seconds=0.05, now=0)
    assert in_step.problem == NOTHING, "OBS may just be loading it"
    for now in (3, 4):
        in_step.look("Gone", works=True, seconds=0.05, now=now)
    assert '"Gone" is not there' in in_step.problem.text
    for name, works in [("Voice", True), ("", True), ("Gone", False)]:
        in_step.look(name, works=works, seconds=0.05, now=5)
        assert in_step.problem == NOTHING


def test_a_microphone_that_has_just_got_another_name_is_not_missed(microphones):
    in_step = InStep(microphones)
    for now in (0, 3, 4):
        in_step.look("Voice", works=True, seconds=0.05, now=now)
    in_step.look("Another name", works=True, seconds=0.05, now=5)
    assert in_step.problem == NOTHING
    microphones.names = frozenset({"Another name"})
    in_step.look("Another name", works=True, seconds=0.05, now=6)
    assert in_step.problem == NOTHING
