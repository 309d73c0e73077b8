# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices and models that fail while they load or run, with the CPU in the other device's place."""

from types import SimpleNamespace

import pytest

from obs_bgremove.link.memory import MemoryProblem
from obs_bgremove.link.messages import RingFailed, RingOpened
from obs_bgremove.worker.choice import catalogue
from obs_bgremove.worker.choice.catalogue import ModelProblem
from obs_bgremove.worker.inference import contract, providers, slots
from obs_bgremove.worker.inference import engine as engine_module
from obs_bgremove.worker.inference.engine import Engine
from obs_bgremove.worker.inference.providers import CPU
from obs_bgremove.worker.serve.fallback import Request
from obs_bgremove.worker.serve.loader import Loader
from obs_bgremove.worker.serve.server import Server
from tests.unit import worker_home, worker_models
from tests.unit.devices import COREML, CUDA

PRETENDED = COREML._replace(provider=CPU.provider)


@pytest.fixture
def pretended(directory, monkeypatch):
    """Another device than the CPU goes first; its sessions are the CPU's."""
    monkeypatch.setattr(providers, "order", lambda wanted, avoid=(): ([PRETENDED, CPU], []))
    monkeypatch.setattr(providers, "options", lambda device, model, plain: [[CPU.provider]])


@pytest.fixture
def fails_on(monkeypatch):
    """Let each inference on the given devices fail."""

    def fail_on(*devices):
        real = engine_module.Binding.run

        def run(binding):
            if binding._engine.device in devices:
                raise RuntimeError("out of memory\nat some line")
            real(binding)

        monkeypatch.setattr(engine_module.Binding, "run", run)

    return fail_on


def load(model="green"):
    """Let the loader make a stream; return the last thing that it told."""
    told, made = [], []
    Loader(told.append, lambda request, stream: made.append(stream))._load(Request(1, model, "auto"))
    for stream in made:
        stream.close()
    return told[-1]


def test_a_device_that_fails_in_the_first_inference_is_replaced_and_named(pretended, fails_on):
    fails_on(PRETENDED)
    told = load()
    assert (type(told), told.device) == (RingOpened, "cpu")
    assert told.note == "CoreML failed: out of memory. It runs on CPU."


def test_a_model_that_fails_in_the_first_inference_on_the_cpu_is_a_sentence(pretended, fails_on):
    fails_on(PRETENDED, CPU)
    told = load()
    assert type(told) is RingFailed
    assert told.problem.startswith("The model green fails when it runs (out of memory). ")
    assert told.problem.endswith(" Or choose another model.")


def test_automatic_goes_on_with_another_model_than_one_that_is_refused(directory):
    model = worker_models.green()
    model.graph.node[0].op_type = "Nonsense"
    worker_home.add_model(directory, "a-refused", model, default=True)
    told = load(model="")
    assert (type(told), told.model) == (RingOpened, "green")
    assert told.note.startswith("The model a-refused cannot be loaded (")
    assert load(model="a-refused").problem.startswith("The model a-refused cannot be loaded (")


def test_where_there_is_no_shared_memory_that_is_what_is_told(pretended, monkeypatch):
    def full(_size):
        raise MemoryProblem("There is no shared memory to be had; free some.")

    monkeypatch.setattr(slots, "create", full)
    problem = "There is no shared memory to be had; free some."
    assert load() == RingFailed(1, problem)


def test_a_file_that_onnxruntime_refuses_is_a_sentence(directory):
    model = worker_models.green()
    model.graph.node[0].op_type = "Nonsense"
    worker_home.add_model(directory, "refused", model)
    with pytest.raises(ModelProblem, match=r"^The model refused cannot be loaded \(.*Nonsense.*\)\. Put it"):
        Engine(catalogue.read()["refused"], CPU)


@pytest.mark.parametrize(
    ("device", "plain"), [(COREML, ""), (CUDA, "no capture here")], ids=["another", "plain CUDA"]
)
def test_a_device_that_fails_while_it_serves_is_left_for_the_next(device, plain):
    server = Server.__new__(Server)
    asked, closed = [], []
    server._leaving = {}

    def fail():
        raise RuntimeError("device removed\nat some line")

    stream = SimpleNamespace(
        number=1, serve=fail, close=lambda: closed.append(1), engine=SimpleNamespace(device=device)
    )
    request = Request(1, "green", "auto", failed=(("Another", "it broke"),), plain=plain)
    server._loader = SimpleNamespace(load=asked.append, release=lambda stream: None)
    server._streams, server._requests = {1: stream}, {1: request}
    assert server._serve(stream)
    assert asked == [request._replace(failed=(("Another", "it broke"), (device.title, "device removed")))]
    assert (server._streams, closed) == ({}, [1])


def entry(name, *shape, kind="tensor(uint8)"):
    return SimpleNamespace(name=name, shape=list(shape), type=kind)


FRAME, ALPHA = entry("frame", 24, 32, 4), entry("alpha", 24, 32)
STATE = entry("state_a", 1, 2, kind="tensor(float)")


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        ([entry("frame", 24, 32, 3)], [ALPHA], r"'frame' has 3 channels, not 4 \(B, G, R, A\)"),
        ([FRAME], [entry("alpha", 24, 30)], "'frame' is 24x32 but 'alpha' 24x30"),
        ([FRAME, entry("mood", 1)], [ALPHA], "it has an unknown input 'mood'"),
        ([FRAME, entry("state_a", 1)], [ALPHA], r"'state_a' is tensor\(uint8\) \[1\], not float"),
        ([FRAME, STATE], [ALPHA, entry("next_state_a", 1, 3, kind=STATE.type)], r"'next_state_a' is .*3\]"),
        ([entry("frame", 10**6, 32, 4)], [entry("alpha", 10**6, 32)], "its frames are 1000000x32, more than"),
        (
            [FRAME, entry("state_a", 10**6, 10**6, kind=STATE.type)],
            [ALPHA, entry("next_state_a", 10**6, 10**6, kind=STATE.type)],
            r"its states take 4000\.0 GB",
        ),
    ],
    ids=["channels", "sizes", "unknown", "state of bytes", "another state", "huge frame", "huge state"],
)
def test_a_model_of_another_shape_is_a_sentence(directory, inputs, outputs, words):
    session = SimpleNamespace(get_inputs=lambda: inputs, get_outputs=lambda: outputs)
    with pytest.raises(ModelProblem, match=rf"^The model green cannot be used \({words}"):
        contract.read_face(catalogue.read()["green"], session)
