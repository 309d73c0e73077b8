# SPDX-License-Identifier: GPL-2.0-or-later
"""A filter moves to a better device that becomes ready while another one serves it, seen from both sides."""

import os
import threading
from types import SimpleNamespace

import pytest

from obs_bgremove.link.client import Client
from obs_bgremove.link.messages import encode
from obs_bgremove.worker.inference.slots import Slots
from obs_bgremove.worker.serve.loader import Request
from obs_bgremove.worker.serve.server import Server
from tests.unit import worker_home


class Stream:
    """As far as the server's main thread knows one."""

    number = 1

    def __init__(self):
        self.closed = False

    def close(self):
        self.closed = True


@pytest.fixture
def server(monkeypatch):
    """A server with pipes, whose loader is a list of what it was asked; it ends no process."""
    ended = threading.Event()
    monkeypatch.setattr(Server, "_end", lambda self, code=0: ended.set())
    (source, from_obs), (to_obs, sink) = os.pipe(), os.pipe()
    made = Server(source, sink)
    asked = []
    made._loader = SimpleNamespace(
        load=lambda request: asked.append(("load", request.number)),
        cancel=lambda number: asked.append(("cancel", number)),
        release=lambda stream: asked.append(("release", stream)),
    )
    made.asked = asked
    yield made
    os.close(from_obs)
    assert ended.wait(worker_home.DEADLINE), "the thread that waits for the pipe's end has ended"
    for descriptor in (source, to_obs, sink, made._inlet._poked, made._inlet._poke):
        os.close(descriptor)


def opened(number=1):
    return encode({"ask": "open", "ring": number, "model": "green", "device": "tensorrt"})


def closed(number=1):
    return encode({"ask": "close", "ring": number})


def test_the_worker_replaces_the_stream(server):
    first, second = Stream(), Stream()
    server._listen(opened())
    for stream in (first, second):
        server._add(Request(1, "green", "tensorrt"), stream)
    assert (first.closed, second.closed) == (True, False)
    assert server._streams == {1: second}
    assert ("release", first) in server.asked
    server._listen(closed())
    assert second.closed
    assert ("release", second) in server.asked


def test_the_worker_drops_a_stream_whose_filter_has_gone_meanwhile(server):
    first, second = Stream(), Stream()
    server._listen(opened())
    server._add(Request(1, "green", "tensorrt"), first)
    server._listen(closed())
    server._add(Request(1, "green", "tensorrt"), second)
    assert second.closed
    assert server._streams == {}
    assert ("release", second) in server.asked


def told(slots, device, note, settled):
    ring = {"tell": "ring", "ring": 1, "model": "green", "device": device, "place": slots.memory.place}
    return {**ring, "note": note, "settled": settled}


def test_obs_takes_the_better_ring_and_says_what_is_going_on():
    client = Client(log=lambda sentence: None)
    asked = []
    client._process = process = SimpleNamespace(outlet=SimpleNamespace(wake=lambda: None), send=asked.append)
    channel = client.open()
    channel.request("green", "tensorrt")
    client._look_at(channel)
    slots = Slots(24, 32), Slots(24, 32)
    client._told(process, told(slots[0], "cuda", "TensorRT is being built.", False))
    first = channel.ring
    assert (first.device, channel.settled, channel.note) == ("cuda", False, "TensorRT is being built.")
    loading = {"tell": "loading", "ring": 1, "device": "tensorrt", "note": "TensorRT is being built, 5 s."}
    client._told(process, loading)
    assert (channel.ring, channel.note) == (first, "TensorRT is being built, 5 s.")
    client._told(process, told(slots[1], "tensorrt", "", True))
    assert (channel.ring.device, channel.settled, channel.note) == ("tensorrt", True, "")
    assert first.dead and not channel.ring.dead
    # It is the same ring to the worker, so it must not be told to close it.
    assert [message["ask"] for message in asked] == ["open"]
    for one in slots:
        one.close()
