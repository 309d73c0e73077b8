# SPDX-License-Identifier: GPL-2.0-or-later
"""When the worker is asked what the person in a ring wears."""

from __future__ import annotations

import pytest

from obs_bgremove.link.channel import Channel
from obs_bgremove.link.messages import Chosen, Outfit, Watch, decode_ask, decode_tell, encode
from obs_bgremove.link.requests import Requests


class Process:
    """A worker that is only written to."""

    outlet = None

    def __init__(self):
        self.sent = []

    def send(self, message):
        self.sent.append(message)

    def asked(self):
        """Return what it was asked about clothes since the last time."""
        asked, self.sent = [one for one in self.sent if isinstance(one, Watch)], []
        return asked


@pytest.fixture
def requests():
    return Requests(log=lambda sentence: None)


@pytest.fixture
def channel(requests):
    made = Channel(requests.look_at)
    made.live = 3
    return made


def connected(requests):
    process = Process()
    requests.connect(process)
    return process


def test_messages_survive_the_pipe():
    assert decode_ask(encode(Watch(3, wanted=True))) == Watch(3, wanted=True)
    told = Outfit(3, "workwear", "other", 0.25, "")
    assert decode_tell(encode(told)) == told


def test_asked_once_and_no_longer(requests, channel):
    process = connected(requests)
    channel.watch(True)
    channel.watch(True)
    requests.look_at(channel)
    assert process.asked() == [Watch(3, wanted=True)]
    channel.watch(False)
    assert process.asked() == [Watch(3, wanted=False)]


def test_an_answer_is_kept_while_it_is_wanted(requests, channel):
    connected(requests)
    channel.watch(True)
    requests.on_said(Outfit(4, "beachwear"))
    assert channel.outfit is None
    requests.on_said(Outfit(3, "beachwear"))
    assert channel.outfit == Outfit(3, "beachwear")
    requests.on_said(Chosen(3, "it stays"))
    assert channel.outfit and channel.note == "it stays"
    channel.watch(False)
    assert channel.outfit is None
    requests.on_said(Outfit(3, "beachwear"))  # on its way while the question was taken back
    assert channel.outfit is None


def test_another_worker_is_asked_again(requests, channel):
    connected(requests)
    channel.watch(True)
    requests.on_said(Outfit(3, "beachwear"))
    requests.disconnect()
    assert channel.outfit is None
    process = connected(requests)
    assert process.asked() == []  # there is no ring yet
    channel.live = 5
    requests.look_at(channel)
    assert process.asked() == [Watch(5, wanted=True)]


def test_the_ring_that_replaces_another_is_asked_for(requests, channel):
    process = connected(requests)
    channel.watch(True)
    process.asked()
    channel.live = 4
    requests.look_at(channel)
    assert process.asked() == [Watch(4, wanted=True)]
