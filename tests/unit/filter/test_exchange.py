# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames go to the worker and come back with their alphas."""

from __future__ import annotations

import itertools

import pytest

from obs_bgremove.filter.frames.capture import Target
from obs_bgremove.filter.frames.exchange import Exchange
from obs_bgremove.filter.frames.stall import Stall
from obs_bgremove.filter.options.settings import Settings
from obs_bgremove.filter.passes.geometry import Size
from obs_bgremove.filter.report.meters import Meter
from obs_bgremove.link.ring import Alpha

TARGET = Target(1_000_001, 1_000_002, Size(640, 360))
SETTINGS = Settings()


class Capture:
    """Reads each frame back at once."""

    def __init__(self):
        self.staged = None

    def draw(self, picture, target, hdr):
        picture.has_hdr = hdr

    def stage(self, frame, size, framing):
        self.staged = frame.serial

    def hand_over(self, ring, front, area):
        serial, self.staged = self.staged, None
        if serial:
            ring.taken = serial
            ring.handed_over[serial] = len(ring.asked)
        return serial

    def forget(self):
        self.staged = None


class Ring:
    """A worker that has an alpha ready for each frame that it was given, by the next OBS frame."""

    width, height = 256, 144
    dead = False

    def __init__(self, late=0):
        """``late``: OBS frames by which its alphas come later."""
        self.taken = 0
        #: For each frame, how often alphas had been asked for.
        self.handed_over = {}
        self._late = late
        #: The serial after which alphas were asked for, each time.
        self.asked = []

    def alphas(self, after):
        self.asked.append(after)
        there = [serial for serial, since in self.handed_over.items() if len(self.asked) > since + self._late]
        return [Alpha(serial, 4096, 1_000_000, 2_000_000, None) for serial in there if serial > after]

    def overview(self):
        return 0, None


@pytest.fixture
def play(gpu):
    """Return a function that plays OBS frames with a ring, and returns what is shown in each."""
    exchange, capture, now = Exchange(Stall(), Meter()), Capture(), 0

    def frames(count, ring):
        nonlocal now
        shown = []
        for _frame in range(count):
            now += 1
            exchange.receive(capture, ring, SETTINGS, now)
            exchange.draw(capture, TARGET, False, now)
            exchange.stage(capture)
            shown.append(exchange.choose(now, 1 / 30))
        return shown

    return frames


def test_each_picture_is_cut_with_its_own_alpha_two_frames_later(play):
    shown = play(10, Ring())
    assert [one.alpha_of is not None for one in shown] == [False] * 2 + [True] * 8
    assert all(one.picture is one.alpha_of and one.delay == 2 for one in shown[2:])


def test_alphas_are_asked_for_once(play):
    ring = Ring()
    play(6, ring)
    assert ring.asked == [0, 0, 0, 1, 2, 3]


def test_while_another_worker_starts_the_last_picture_with_an_alpha_stands(play):
    (*_, last) = play(10, Ring())
    standing = play(3, None)
    assert [one.alpha_of for one in standing[1:]] == [standing[0].alpha_of] * 2
    assert standing[0].alpha_of is not None and last.alpha_of is not None
    again = play(10, Ring())
    assert again[-1].picture is again[-1].alpha_of and again[-1].delay == 2


def test_without_a_worker_frames_do_not_pile_up(play):
    shown = play(100, None)
    assert len({id(one.picture) for one in shown}) <= 2
    assert all(one.alpha_of is None and one.delay == 0 for one in shown)


def numbered(play, *parts):
    """Play (frames, ring) in turns; return the OBS frame in which each picture was drawn, as it is shown."""
    shown = [one for count, ring in parts for one in play(count, ring)]
    assert all(one.alpha_of is one.picture for one in shown[6:])
    return [now - one.delay for now, one in enumerate(shown, 1)][6:]


@pytest.mark.parametrize("late", [0, 1])
def test_no_picture_is_left_out_when_a_quicker_model_takes_over(play, late):
    drawn = numbered(play, (40, Ring(late)), (40, Ring()))
    steps = [after - before for before, after in itertools.pairwise(drawn)]
    assert steps == [1] * len(steps)


def test_no_picture_is_left_out_when_a_slower_model_takes_over(play):
    drawn = numbered(play, (40, Ring()), (40, Ring(1)))
    steps = [after - before for before, after in itertools.pairwise(drawn)]
    # The picture stands once, until the first alpha of the new model is there.
    assert set(steps) == {0, 1} and steps.count(0) == 1


def test_a_model_that_is_replaced_twice_in_a_moment_does_no_harm(play):
    drawn = numbered(play, (40, Ring()), (1, Ring(1)), (40, Ring()))
    assert drawn[-1] == drawn[-2] + 1
