# SPDX-License-Identifier: GPL-2.0-or-later
"""A filter moves to a better device that becomes ready while another one serves it, seen from both sides."""

import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from obs_bgremove.link.channel import Channel
from obs_bgremove.link.messages import (
    ONLY,
    USUAL,
    Chosen,
    CloseRing,
    Loading,
    OpenRing,
    RingOpened,
    Rung,
    encode,
)
from obs_bgremove.link.requests import Requests
from obs_bgremove.worker.choice.catalogue import ModelProblem
from obs_bgremove.worker.inference.slots import Slots
from obs_bgremove.worker.serve import loader
from obs_bgremove.worker.serve.fallback import Request
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

    def end(_server, _code=0):
        ended.set()
        if sys.platform == "win32":
            # The thread that reads goes on to read otherwise: the real one ends the process.
            threading.Event().wait()

    monkeypatch.setattr(Server, "_end", end)
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
    # Windows has no pipe to be poked by.
    poked = [getattr(made._inlet, name) for name in ("_poked", "_poke") if hasattr(made._inlet, name)]
    for descriptor in (source, to_obs, sink, *poked):
        os.close(descriptor)


def opened(number=1):
    return encode(OpenRing(number, "green", "tensorrt"))


def closed(number=1):
    return encode(CloseRing(number))


def test_the_worker_replaces_the_stream(server):
    first, second = Stream(), Stream()
    server._listen(opened())
    for stream in (first, second):
        server._add(Request(1, "green", "tensorrt"), stream)
    # The first one may have frames to answer: it is served for another moment.
    server._let_go()
    assert (first.closed, second.closed) == (False, False)
    assert (server._streams, list(server._leaving)) == ({1: second}, [first])
    server._leaving[first] = 0.0
    server._let_go()
    assert (first.closed, second.closed, server._leaving) == (True, False, {})
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
    return RingOpened(1, "green", device, slots.memory.place, note, settled)


def test_obs_takes_the_better_ring_and_says_what_is_going_on(monkeypatch):
    requests = Requests(lambda sentence: None)
    asked = []
    requests.connect(SimpleNamespace(outlet=SimpleNamespace(wake=lambda: None), send=asked.append))
    channel = Channel(requests.look_at)
    channel.request("green", "tensorrt")
    slots = Slots(24, 32), Slots(24, 32)
    requests.on_opened(told(slots[0], "cuda", "TensorRT is being built.", False))
    first = channel.ring
    assert (first.device, channel.settled, channel.note) == ("cuda", False, "TensorRT is being built.")
    requests.on_loading(Loading(1, "tensorrt", "TensorRT is being built, 5 s."))
    assert (channel.ring, channel.note) == (first, "TensorRT is being built, 5 s.")
    requests.on_opened(told(slots[1], "tensorrt", "", True))
    assert (channel.ring.device, channel.settled, channel.note) == ("tensorrt", True, "")
    # Frames that were under way are shown, too.
    requests.let_go()
    assert not first.dead and not channel.ring.dead
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 10)
    requests.let_go()
    assert first.dead and not channel.ring.dead
    # It is the same ring to the worker, so it must not be told to close it.
    assert [type(message) for message in asked] == [OpenRing]
    for one in slots:
        one.close()


def test_a_ring_that_was_given_back_is_not_waited_for():
    """The worker may be given the patience of a loading one only while it loads for somebody."""
    requests = Requests(lambda sentence: None)
    requests.connect(SimpleNamespace(outlet=None, send=lambda message: None))
    channel = Channel(requests.look_at)
    channel.request("green", "webgpu")
    requests.on_loading(Loading(1, "webgpu", "It is being prepared."))
    assert requests.loading
    channel.close()
    # On its way when the ring was given back; the worker says nothing of that ring after it.
    requests.on_loading(Loading(1, "webgpu", "It is being prepared, 5 s."))
    assert not requests.loading


@pytest.mark.parametrize("problem", ["", "there is no room"])
def test_a_model_that_is_prepared_is_waited_for_on_the_same_device(monkeypatch, problem):
    """A machine that is too busy for one model of its card does not get another one on its processor."""
    monkeypatch.setattr(loader.Build, "start", lambda build, done: None)
    told = []
    made = loader.Loader(told.append, lambda request, stream: None)
    model = SimpleNamespace(title="a model")
    device = SimpleNamespace(name="webgpu", title="WebGPU", slow_start="{model} on {device}, {seconds} s")
    keys = [loader.EngineKey(Path(name), 24, 32, 1, 1, "webgpu", False) for name in ("large", "small")]
    monkeypatch.setattr(loader.fallback, "candidates", lambda request: ([device, loader.CPU], []))
    monkeypatch.setattr(loader, "_pick", lambda models, request, device: (model, "", Rung(1, 2, 0.5)))
    monkeypatch.setattr(loader, "_key", lambda model, device, plain: keys[1])
    monkeypatch.setattr(made, "_known", dict)
    served = Mock(number=1, engine=Mock(elsewhere=""))
    made._users[served] = keys[0]
    moved = []
    monkeypatch.setattr(made, "_make", lambda *arguments: moved.append(arguments[2].name) or served)
    monkeypatch.setattr(made, "_serve", lambda request, served: told.append(served))
    made._reconsider(Request(1, "", "auto", allowance=replace(USUAL, step=1)))
    assert not moved and not told[-1].settled and told[-1].rung.step == 1
    made._built(keys[1], problem or SimpleNamespace(free=lambda: None))
    assert moved == ([] if problem else ["webgpu"])
    assert told[-1].settled and problem in told[-1].note


def test_obs_is_patient_with_a_model_that_is_prepared_for_a_filter_that_stays():
    requests = Requests(lambda sentence: None)
    requests.connect(SimpleNamespace(outlet=None, send=lambda message: None))
    channel = Channel(requests.look_at)
    channel.request("green", "webgpu")
    for settled in (False, True):
        requests.on_loading(Loading(1, "webgpu", "It is being prepared."))
        requests.on_said(Chosen(1, "Another one serves.", settled=settled))
        assert bool(requests.loading) is not settled
    channel.close()


def test_a_filter_that_wants_another_model_meanwhile_does_not_go_back_to_the_first(monkeypatch):
    monkeypatch.setattr(loader.Build, "start", lambda build, done: None)
    made = loader.Loader(lambda message: None, lambda request, stream: None)
    served = []
    monkeypatch.setattr(made, "_load", served.append)
    model = SimpleNamespace(title="a model")
    device = SimpleNamespace(name="webgpu", title="WebGPU", slow_start="{model} on {device}, {seconds} s")
    keys = [loader.EngineKey(Path(name), 24, 32, 1, 1, "webgpu", False) for name in ("large", "small")]
    requests = [Request(1, "", "auto", allowance=replace(USUAL, step=step)) for step in (0, 1)]
    monkeypatch.setattr(loader.fallback, "candidates", lambda request: ([device], []))
    monkeypatch.setattr(loader, "_pick", lambda models, request, device: (model, "", ONLY))
    monkeypatch.setattr(loader, "_key", lambda model, device, plain: keys[request.allowance.step])
    for request in requests:
        with pytest.raises(ModelProblem):
            # There is nothing else here that could serve meanwhile.
            made._on_best_device(request, {})
    # The small one is ready first.
    for key in reversed(keys):
        made._built(key, "a reason")
    assert served == [requests[1]]
