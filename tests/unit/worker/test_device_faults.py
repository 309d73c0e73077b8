# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices that fail at load, at the thousandth picture, hang or answer nonsense: stand-ins in a real worker.

The stand-in is called CoreML and computes on the CPU until its fault comes.
"""

import ctypes
import sys

import numpy as np
import pytest
from onnx import TensorProto, helper

from obs_bgremove.link import patience
from obs_bgremove.worker.choice import catalogue
from obs_bgremove.worker.inference import doubt, engine, providers
from obs_bgremove.worker.inference.doubt import Nonsense
from obs_bgremove.worker.inference.providers import CPU
from obs_bgremove.worker.inference.stream import Stream
from tests.unit import stand_in, worker_home, worker_models
from tests.unit.devices import COREML
from tests.unit.worker_home import Camera, add_model, plain, ring, until

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
PRETENDED = COREML._replace(provider=CPU.provider)
#: Another device goes first, whose sessions are the CPU's; ``infer`` takes the place of each inference there.
DEVICE = """
import itertools, time
from obs_bgremove.worker.inference import engine, providers
CPU = providers.CPU
fault = next(one for one in providers.DEVICES if one.name == "coreml")._replace(provider=CPU.provider)
def order(wanted, avoid=()):
    return [one for one in (fault, CPU) if one.name not in avoid], []
providers.order = order
providers.options = lambda device, model, plain=False: [[CPU.provider]]
real_load, real_run = engine._load, engine.Binding.run
count = itertools.count(1)
def load(model, device, *others):
    if device is fault:
        loaded()
    return real_load(model, device, *others)
def run(binding):
    if binding._engine.device is fault:
        infer(binding, next(count))
    else:
        real_run(binding)
engine._load, engine.Binding.run = load, run
def loaded():
    pass
def infer(binding, number):
    real_run(binding)
"""
AT_LOAD = """
def loaded():
    raise providers.DeviceProblem("no such adapter")
"""
AT_THE_THOUSANDTH = """
def infer(binding, number):
    if number == 1000:
        raise RuntimeError("device removed")
    real_run(binding)
"""
NONSENSE_FROM_THE_START = """
import ctypes
def infer(binding, number):
    real_run(binding)
    address = binding_alpha(binding)
    ctypes.memset(address, 255, 24 * 32)
real_init = engine.Binding.__init__
alphas = {}
def init(binding, made, frame, alpha, *states):
    alphas[id(binding)] = alpha
    real_init(binding, made, frame, alpha, *states)
engine.Binding.__init__ = init
def binding_alpha(binding):
    return alphas[id(binding)]
"""
NONSENSE_LATER = NONSENSE_FROM_THE_START.replace(
    "    address =", "    if number < 200:\n        return\n    address ="
)
HANGS = """
def infer(binding, number):
    if number > 20:
        time.sleep(1000)
    real_run(binding)
"""
HANGS_AT_LOAD = """
def loaded():
    time.sleep(1000)
"""
SAYS = {
    "at load": (AT_LOAD, "CoreML failed: no such adapter. It runs on CPU."),
    "at the thousandth": (AT_THE_THOUSANDTH, "CoreML failed: device removed. It runs on CPU."),
    "nonsense from the start": (NONSENSE_FROM_THE_START, "CoreML failed: its alphas are nonsense, "),
    "nonsense later": (NONSENSE_LATER, "CoreML failed: its alphas are nonsense, "),
}


def pictures(channel, client, camera, times):
    """Hand pictures over until a number of alphas came; each is right, or it is not there at all."""
    came = 0
    while came < times:
        live, value = ring(channel, client), camera.serial % 100 + 1
        serial = camera.hand_over(live, value) if not live.dead else 0

        def alpha(live=live, serial=serial):
            return live.alphas(serial - 1) or (channel.ring is not live and "moved")

        found = until(alpha, "an alpha, or another ring")
        if found != "moved":
            assert ctypes.string_at(found[-1].address, live.width * live.height) == plain(live, value)
            came += 1


@posix
@pytest.mark.parametrize(("fault", "note"), SAYS.values(), ids=SAYS)
def test_a_device_that_fails_is_left_and_no_alpha_is_wrong(directory, fault, note):
    with worker_home.client(environment=stand_in.environment(directory, DEVICE + fault)) as client:
        channel = client.open()
        channel.request("green")
        pictures(channel, client, Camera(), 1200)
        until(lambda: channel.ring is not None and channel.ring.device == "cpu", lambda: channel.note)
        until(lambda: channel.note.startswith(note), lambda: f"the note; {channel.note!r}")
        assert client._supervisor.restarts.ends_in_row == 0


@posix
@pytest.mark.parametrize("fault", [HANGS, HANGS_AT_LOAD], ids=["while it runs", "at load"])
def test_a_device_that_hangs_is_avoided_in_the_end(directory, monkeypatch, fault):
    for name, seconds in (("HANGING", 1.5), ("LOADING", 1.5), ("LOADING_MOST", 1.5), ("BACK_OFF", (0.0,))):
        monkeypatch.setattr(patience, name, seconds)
    with worker_home.client(environment=stand_in.environment(directory, DEVICE + fault)) as client:
        channel, camera = client.open(), Camera()
        channel.request("green")

        def on_the_processor():
            live = channel.ring
            if live is not None and not live.dead:
                camera.hand_over(live, camera.serial % 100)
            return live is not None and live.device == "cpu"

        until(on_the_processor, lambda: f"the CPU; {client.sentences}")
        pictures(channel, client, camera, 20)
        assert any("coreml is in use; that is avoided" in sentence for sentence in client.sentences)
        told = "has been busy with one picture" if fault is HANGS else "has been loading a model"
        assert any(told in sentence for sentence in client.sentences)


def drifting():
    """alpha = green, and no number as soon as its memory is one: a picture of 255 makes it so."""
    nodes = [
        *worker_models._green_nodes("green"),
        worker_models._float("green", "value"),
        helper.make_node("ReduceMax", ["value"], ["most"], keepdims=0),
        helper.make_node("Sub", ["most", "limit"], ["over"]),
        helper.make_node("Sqrt", ["under"], ["root"]),
        helper.make_node("Neg", ["over"], ["under"]),
        helper.make_node("Reshape", ["root", "shape"], ["poison"]),
        helper.make_node("Add", ["state_m", "poison"], ["next_state_m"]),
        helper.make_node("Mul", ["state_m", "nothing"], ["zero"]),
        helper.make_node("Add", ["value", "zero"], ["sum"]),
        worker_models._bytes("sum", "alpha"),
    ]
    nodes[4], nodes[5] = nodes[5], nodes[4]
    constants = {"limit": np.float32(250), "nothing": np.float32(0), "shape": np.array([1, 1], np.int64)}
    return worker_models._model(nodes, constants, states={"m": [1, 1]})


def served(stream, camera, live, value):
    """Return what is in the alpha of a picture of one value, served on this thread."""
    serial = camera.hand_over(live, value)
    assert stream.serve()
    found = live.alphas(serial - 1)
    return set(ctypes.string_at(found[-1].address, live.width * live.height))


def test_a_memory_that_is_no_number_begins_again(directory, monkeypatch):
    from obs_bgremove.link.memory import open_place
    from obs_bgremove.link.ring import Ring

    # At once: Windows' clock stands still for 15 ms.
    monkeypatch.setattr(doubt, "_NOBODY", -1.0)
    add_model(directory, "drifting", drifting())
    stream = Stream(1, engine.Engine(catalogue.read()["drifting"], CPU))
    live, camera = Ring(open_place(stream.slots.memory.place), "drifting", "cpu", lambda: None), Camera()
    assert served(stream, camera, live, 90) == {90}
    served(stream, camera, live, 255)
    assert served(stream, camera, live, 80) == {80}, "not the alpha of what is no number"
    assert served(stream, camera, live, 70) == {70}
    stream.close()


@pytest.fixture
def pretended(directory, monkeypatch):
    monkeypatch.setattr(providers, "options", lambda device, model, plain: [[CPU.provider]])


def test_a_device_is_compared_with_the_processor_before_it_serves(pretended, directory, monkeypatch):
    made = engine.Engine(catalogue.read()["green"], PRETENDED)
    Stream(1, made).close()
    monkeypatch.setattr(doubt, "_on_processor", lambda *_: np.full((24, 32), 99, np.uint8))
    with pytest.raises(Nonsense, match="of 255 from those of the CPU"):
        Stream(1, made)


def test_where_the_processor_cannot_run_a_model_there_is_nothing_to_compare_with(pretended, monkeypatch):
    def fails(*_):
        raise RuntimeError("no kernel for it")

    monkeypatch.setattr(doubt, "_on_processor", fails)
    Stream(1, engine.Engine(catalogue.read()["green"], PRETENDED)).close()


def test_the_processor_is_not_compared_with_itself(directory, monkeypatch):
    monkeypatch.setattr(doubt, "_on_processor", None)
    Stream(1, engine.Engine(catalogue.read()["green"], CPU)).close()


def test_a_float_model_has_floats_in_it():
    assert drifting().graph.input[0].type.tensor_type.elem_type == TensorProto.FLOAT
