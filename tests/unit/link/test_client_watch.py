# SPDX-License-Identifier: GPL-2.0-or-later
"""What the client makes of a worker's silence and ends. No process is started, and time is made up."""

import time

import pytest

from obs_bgremove.link import patience
from obs_bgremove.link.client import Client
from obs_bgremove.link.messages import Alive, Cannot, DeviceInfo, Ready
from obs_bgremove.link.patience import STABLE_AFTER, START_UP, START_UP_MOST, SUSPICIOUS
from obs_bgremove.link.run import Run


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
    supervisor = client._supervisor
    process = Process()
    supervisor.run = run = Run(process, supervisor.restarts.start_up())
    run.started_at = run.heard_at = run._awaited_since = time.monotonic() - ago
    supervisor.requests.connect(process, supervisor.restarts.avoid)
    return process


def ends(client, times, using, after=0.0):
    """Let processes end one after the other, each with devices in use and after so many seconds."""
    for _ in range(times):
        process = begins(client, after)
        client._supervisor.run.used = set(using)
        client._supervisor.ended(process)


def watches(client):
    """Let the supervisor look after the process that runs."""
    client._supervisor.watch(client._supervisor.run)


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
    client._supervisor.requests.look_at(channel)
    assert process.said[0].avoid == ("cuda",)


def test_without_a_gpu_nothing_is_avoided(client):
    ends(client, SUSPICIOUS + 1, using=("cpu",))
    assert client._supervisor.restarts.avoid == ()


def test_ends_that_are_far_apart_are_not_in_a_row(client):
    ends(client, SUSPICIOUS + 1, using=("cuda",), after=STABLE_AFTER + 1)
    assert client._supervisor.restarts.ends_in_row == 1
    assert client._supervisor.restarts.avoid == ()
    assert "times in a row" not in client.problem
    ends(client, 1, using=("cuda",))
    assert "2 times in a row" in client.problem


@pytest.mark.parametrize(("silence", "replaced"), [(START_UP / 2, False), (START_UP + 1, True)])
def test_while_it_starts_it_may_be_silent_for_a_minute(client, silence, replaced):
    assert patience.GIVEN_UP < START_UP / 2
    process = begins(client, silence)
    watches(client)
    assert process.killed == replaced
    run = client._supervisor.run
    assert (run.process if run else None) is (None if replaced else process)
    assert ("did not answer for" in client.problem) == replaced
    assert process.rest_sent, "what did not fit into the pipe before is sent"


def is_not_ready_for(client, seconds):
    """Let a process be alive for so many seconds and not get ready; return whether it was replaced."""
    process = begins(client, seconds)
    client._supervisor.on_message(process, Alive(0.0, 1.0, 1.0, 1.0))
    watches(client)
    assert process.killed == (client._supervisor.run is None)
    return process.killed


def test_alive_but_never_ready_it_is_replaced_by_one_that_gets_longer(client):
    assert not is_not_ready_for(client, START_UP / 2)
    assert client.problem == ""
    assert is_not_ready_for(client, START_UP + 1)
    assert client.problem.startswith(
        "The worker process was still not ready after 61 s. It is started again, with 120 s to be ready; see "
    )
    # The next one waits to be ready, and the sentence stays meanwhile.
    assert not is_not_ready_for(client, START_UP + 1)
    assert "61 s." in client.problem
    assert is_not_ready_for(client, 2 * START_UP + 1)
    assert "after 121 s." in client.problem and "with 240 s " in client.problem
    for _ in range(10):
        is_not_ready_for(client, 10 * START_UP_MOST)
    assert f"with {START_UP_MOST:.0f} s " in client.problem


def test_ready_it_is_let_be_and_the_next_gets_the_usual_time(client):
    assert is_not_ready_for(client, START_UP + 1)
    process = begins(client, START_UP + 1)
    client._supervisor.on_message(process, Ready((DeviceInfo("cpu", "CPU"),)))
    watches(client)
    assert not process.killed
    assert client.problem == ""
    assert client._supervisor.restarts.start_up() == START_UP


def test_one_that_cannot_work_and_does_not_end_is_ended(client):
    process = begins(client, START_UP + 1)
    client._supervisor.on_message(process, Cannot("The Python package onnxruntime cannot be loaded."))
    watches(client)
    assert process.killed
    assert client.problem == "The Python package onnxruntime cannot be loaded."


def test_a_time_in_which_obs_stood_still_does_not_count(client):
    process = begins(client, START_UP + 1)
    client._supervisor.run.excuse(START_UP)
    watches(client)
    assert not process.killed
