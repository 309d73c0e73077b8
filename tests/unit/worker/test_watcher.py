# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks at clothes: they say what is worn, and cost no alpha."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

from obs_bgremove.link.messages import Outfit
from obs_bgremove.worker.outfits import outfit_card, watcher
from obs_bgremove.worker.outfits.votes import Votes
from tests.unit.clothes import scene, write_network

LARGE = (70, 10, 130, 120, (0, 0, 255))


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Return what a watcher of the network above says; it looks as often as it is offered something."""
    monkeypatch.setattr(watcher, "_PAUSE", 0.0)
    monkeypatch.setattr(watcher, "_REST", 0)
    monkeypatch.setattr(outfit_card.home, "model_directories", lambda: [tmp_path])
    return []


def heard(messages, count):
    end = time.monotonic() + 60
    while len(messages) < count:
        assert time.monotonic() < end, messages
        time.sleep(0.01)
    return messages


def test_a_watcher_says_what_is_worn(tmp_path, told):
    write_network(tmp_path / "outfit")
    looks = watcher.Watcher(told.append)
    looks.watch(7)
    for number in range(Votes.AGREE):
        looks.offer(7, lambda: scene(LARGE))
        heard(told, number + 1)
    assert [message.worn for message in told] == [""] * (Votes.AGREE - 1) + ["red"]
    assert told[-1].ring == 7 and told[-1].seen == "red" and told[-1].share > 0.9


def test_a_watcher_looks_at_nothing_that_nobody_asked_for(tmp_path, told):
    looks = watcher.Watcher(told.append)
    looks.watch(7)
    looks.forget(7)
    for ring in (7, 8):
        looks.offer(ring, lambda: pytest.fail("nobody wants to know"))


def test_without_a_network_the_reason_is_said(told):
    looks = watcher.Watcher(told.append)
    looks.watch(1)
    looks.offer(1, lambda: scene(LARGE))
    (message,) = heard(told, 1)
    assert message == Outfit(1, problem=message.problem) and "missing" in message.problem


def test_offering_never_waits_for_a_look(tmp_path, told):
    """The thread that infers alphas goes on while a look lasts, however long that is."""
    write_network(tmp_path / "outfit")
    going_on, entered = threading.Event(), threading.Event()

    def tell(message):
        entered.set()
        going_on.wait(60)
        told.append(message)

    looks = watcher.Watcher(tell)
    looks.watch(1)
    taken = []

    def seen():
        taken.append(None)
        return scene(LARGE)

    looks.offer(1, seen)
    assert entered.wait(60)
    # On a machine that is busy for hours, frames do not pile up meanwhile.
    for _ in range(10):
        looks.offer(1, seen)
    assert not told and len(taken) == 2
    going_on.set()
    heard(told, 2)


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a priority of its own")
def test_a_look_goes_on_while_it_holds_what_alphas_wait_for(tmp_path, told):
    """A thread of a lower priority gets no processor on a busy machine, and keeps Python's lock meanwhile."""
    write_network(tmp_path / "outfit")
    looks = watcher.Watcher(lambda _: told.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))
    looks.watch(1)
    looks.offer(1, lambda: scene(LARGE))
    assert heard(told, 1) == [os.getpriority(os.PRIO_PROCESS, os.getpid())]


def test_looks_take_less_than_a_hundredth_of_a_processor(tmp_path, told, monkeypatch):
    """The pause before the next look is more than a hundred times what the look took."""
    monkeypatch.undo()
    monkeypatch.setattr(outfit_card.home, "model_directories", lambda: [tmp_path])
    monkeypatch.setattr(watcher.time, "thread_time", iter([10.0, 10.5]).__next__)
    write_network(tmp_path / "outfit")
    looks = watcher.Watcher(told.append)
    looks.watch(1)
    looks.watch(2)
    looks.offer(1, lambda: scene(LARGE))
    heard(told, 1)
    assert looks._pause > 100 * 0.5
    looks.offer(1, lambda: pytest.fail("too soon"))
