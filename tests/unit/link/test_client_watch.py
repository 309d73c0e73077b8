# SPDX-License-Identifier: GPL-2.0-or-later
"""What the client makes of a worker's silence and ends. No process is started, and time is made up."""

import time

import pytest

from obs_bgremove.link import client as client_module
from obs_bgremove.link.client import STABLE_AFTER, START_UP, SUSPICIOUS, Client


class Process:
    """As far as the client's supervisor knows one; it has ended as soon as anybody asks."""

    pid = -1

    def __init__(self):
        self.said = []
        self.killed = False
        self.rest_sent = 0

    def send(self, message):
        self.said.append(message)

    def send_rest(self):
        self.rest_sent += 1

    def wait(self, timeout):
        return 1

    def kill(self):
        self.killed = True

    def hang_up(self):
        pass

    def join(self, timeout):
        pass


@pytest.fixture
def client():
    """A client that is not started; its ``sentences`` are what it logged."""
    sentences = []
    made = Client(log=sentences.append)
    made.sentences = sentences
    return made


def begins(client, ago=0.0):
    """Let a process begin to run, so many seconds ago; return it."""
    client._process = process = Process()
    client._ready = False
    client._started_at = client._heard_at = time.monotonic() - ago
    return process


def ends(client, times, using, after=0.0):
    """Let processes end one after the other, each with devices in use and after so many seconds."""
    for _ in range(times):
        process = begins(client, after)
        client._used = set(using)
        client._ended(process)


def test_a_gpu_with_which_it_keeps_ending_is_avoided(client):
    ends(client, SUSPICIOUS - 1, using=("cpu", "cuda"))
    assert not any("keeps ending" in sentence for sentence in client.sentences)
    ends(client, 1, using=("cpu", "cuda"))
    assert (
        "The worker process keeps ending while cuda is in use; that is avoided until OBS is restarted."
        in client.sentences
    )
    process = begins(client)
    channel = client.open()
    channel.request("green", "auto")
    client._look_at(channel)
    assert process.said[0]["avoid"] == ("cuda",)


def test_without_a_gpu_nothing_is_avoided(client):
    ends(client, SUSPICIOUS + 1, using=("cpu",))
    assert client._avoid == ()


def test_ends_that_are_far_apart_are_not_in_a_row(client):
    ends(client, SUSPICIOUS + 1, using=("cuda",), after=STABLE_AFTER + 1)
    assert client._ends_in_row == 1
    assert client._avoid == ()
    assert "times in a row" not in client.problem
    ends(client, 1, using=("cuda",))
    assert "2 times in a row" in client.problem


@pytest.mark.parametrize(("silence", "replaced"), [(START_UP / 2, False), (START_UP + 1, True)])
def test_while_it_starts_it_may_be_silent_for_a_minute(client, silence, replaced):
    assert client_module.GIVEN_UP < START_UP / 2
    process = begins(client, silence)
    client._watch()
    assert process.killed == replaced
    assert client._process is (None if replaced else process)
    assert ("did not answer for" in client.problem) == replaced
    assert process.rest_sent, "what did not fit into the pipe before is sent"
