# SPDX-License-Identifier: GPL-2.0-or-later
"""Which frame is shown with which alpha."""

from __future__ import annotations

from obs_bgremove.filter.frames.delay import Delay
from obs_bgremove.filter.frames.pairing import Frame, Pairing


class Play:
    """Plays OBS frames against a worker that needs a fixed number of them for an alpha."""

    def __init__(self, matched=True):
        self.recycled = []
        self.pairing = Pairing(self.recycled.append)
        self.pairing.matched = matched
        self.shown = []

    def run(self, frames, latency, start=1):
        due = {}
        for now in range(start, start + frames):
            for serial in due.pop(now, []):
                self.pairing.alpha_ready(serial, now)
            self.pairing.add(Frame(now, now, f"picture {now}"))
            wait = latency(now)
            if wait is not None:
                due.setdefault(now + wait, []).append(now)
            picture, alpha = self.pairing.choose(now)
            self.shown.append((picture and picture.serial, alpha and alpha.serial))


def test_every_shown_picture_has_its_own_alpha_and_a_constant_delay():
    play = Play()
    play.run(60, lambda _now: 2)
    assert play.shown[:2] == [(None, None), (None, None)]
    assert play.shown[2:] == [(serial, serial) for serial in range(1, 59)]
    assert play.recycled == [f"picture {serial}" for serial in range(1, 58)]


def test_one_late_alpha_holds_the_picture_and_leaves_the_delay():
    play = Play()
    play.run(60, lambda now: 3 if now == 30 else 2)
    serials = [picture for picture, _alpha in play.shown]
    assert serials[31:35] == [29, 30, 32, 33] or serials[30:35] == [29, 29, 31, 32, 33]
    assert play.pairing.delay.frames == 2


def test_the_delay_grows_with_the_load_and_shrinks_after_it():
    play = Play()
    play.run(60, lambda _now: 2)
    play.run(60, lambda _now: 4, start=61)
    assert play.pairing.delay.frames == 4
    play.run(400, lambda _now: 2, start=121)
    assert play.pairing.delay.frames == 2
    assert all(picture == alpha for picture, alpha in play.shown)


def test_lowest_latency_shows_the_newest_picture_with_the_newest_alpha():
    play = Play(matched=False)
    play.run(20, lambda _now: 2)
    assert play.shown[5:] == [(now, now - 2) for now in range(6, 21)]


def test_lowest_latency_stands_still_when_no_alphas_come():
    play = Play(matched=False)
    play.run(60, lambda now: 2 if now <= 20 else None)
    assert play.shown[20:25] == [(21, 19), (22, 20), (23, 20), (24, 20), (25, 20)]
    assert play.shown[30:] == [(20, 20)] * 30


def test_a_frame_without_alpha_is_never_shown_matched():
    play = Play()
    play.run(60, lambda now: 2 if now % 4 == 0 else None)
    assert {picture for picture, _alpha in play.shown} <= {None, *range(4, 61, 4)}


def test_prune_gives_up_what_the_worker_cannot_have():
    recycled = []
    pairing = Pairing(recycled.append)
    for serial in range(1, 9):
        pairing.add(Frame(serial, serial, serial))
    pairing.prune(in_work=2, handed_over=7)
    assert recycled == [1, 3, 4, 5]


def test_after_a_stall_no_old_frame_comes_back():
    recycled = []
    pairing = Pairing(recycled.append)
    for serial in (1, 2, 30):
        pairing.add(Frame(serial, serial, serial))
    pairing.alpha_ready(1, 3)
    assert pairing.choose(3)[0].serial == 1
    pairing.hide(older_than=20)
    assert recycled == [1, 2]
    assert pairing.choose(40) == (None, None)
    assert pairing.alpha_ready(2, 41) is None
    pairing.alpha_ready(30, 41)
    assert pairing.choose(41)[0].serial == 30


def test_the_delay_never_goes_below_the_read_back():
    delay = Delay()
    for _ in range(300):
        delay.observe(1)
    assert delay.frames == Delay.MINIMUM
