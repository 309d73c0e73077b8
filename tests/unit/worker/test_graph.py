# SPDX-License-Identifier: GPL-2.0-or-later
"""CUDA graphs, with the CPU in the GPU's place: it takes the same calls, and captures nothing."""

import ctypes
import io
import os
import threading
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest

from obs_bgremove.link.layout import OVERVIEW
from obs_bgremove.link.memory import open_place
from obs_bgremove.link.ring import Ring
from obs_bgremove.worker.choice import catalogue
from obs_bgremove.worker.inference import engine as engine_module
from obs_bgremove.worker.inference import graph, providers
from obs_bgremove.worker.inference.engine import Engine
from obs_bgremove.worker.inference.graph import GraphProblem, loading
from obs_bgremove.worker.inference.providers import CPU, DeviceProblem
from obs_bgremove.worker.inference.stream import Stream
from obs_bgremove.worker.serve.fallback import Request
from obs_bgremove.worker.serve.loader import Loader
from obs_bgremove.worker.serve.server import Server
from tests.unit import worker_home, worker_models
from tests.unit.devices import CUDA

PRETENDED = CUDA._replace(provider=CPU.provider, there=lambda: None, memory="cpu")
WITHOUT = "-1"


class Session:
    """onnxruntime's, which notes each run's graph. ``fails``: raised instead of a run with a graph."""

    def __init__(self, session):
        self._session = session
        self.ids = []
        self.fails = None

    def __getattr__(self, name):
        return getattr(self._session, name)

    def run_with_iobinding(self, binding, options):
        self.ids.append(options.get_run_config_entry("gpu_graph_id") if options else WITHOUT)
        if self.fails and self.ids[-1] != WITHOUT:
            raise self.fails
        self._session.run_with_iobinding(binding, options)


@pytest.fixture
def directory(directory):
    worker_home.add_model(directory, "counter", worker_models.counter())
    return directory


@pytest.fixture
def pretended(monkeypatch):
    """A GPU whose first way to run a model has graphs."""
    monkeypatch.setattr(providers, "order", lambda wanted, avoid=(): ([PRETENDED, CPU], []))
    monkeypatch.setattr(
        engine_module, "_has_graphs", lambda session, device: providers.GRAPHS in session.settings
    )
    real = onnxruntime.InferenceSession

    def make(file, options, providers):
        session = Session(real(file, options, providers=[CPU.provider]))
        session.settings = providers[0][1] if isinstance(providers[0], tuple) else {}
        return session

    monkeypatch.setattr(onnxruntime, "InferenceSession", make)


def elsewhere(function):
    """Call it on another thread, as the loader's is; return what it returns."""
    returned = []
    thread = threading.Thread(target=lambda: returned.append(function()))
    thread.start()
    thread.join()
    return returned[0]


class Filter:
    """A stream and OBS' side of its ring."""

    def __init__(self, stream):
        self.stream = stream
        self.session = stream.engine.session
        self._camera = worker_home.Camera()
        self._ring = Ring(open_place(stream.slots.memory.place), "model", "cuda", lambda: None)

    def hand_over(self, value):
        return self._camera.hand_over(self._ring, value)

    def infer(self, value):
        """Return what is in the alpha of a picture of one value; it is served on this thread."""
        serial = self.hand_over(value)
        assert self.stream.serve()
        (alpha,) = self._ring.alphas(serial - 1)
        return set(ctypes.string_at(alpha.address, self._ring.width * self._ring.height))


@pytest.fixture
def make_filter(directory, pretended):
    """Returns filters on a GPU with graphs."""
    made = []

    def make(name="green"):
        made.append(elsewhere(lambda: Stream(1, Engine(catalogue.read()[name], PRETENDED))))
        return Filter(made[-1])

    yield make
    for stream in made:
        stream.close()


def test_a_graph_is_captured_by_the_thread_that_serves_and_replayed(make_filter):
    served = make_filter()
    ids = served.session.ids
    assert set(ids) == {WITHOUT}
    ids.clear()
    assert [served.infer(value) for value in (7, 80, 100)] == [{7}, {80}, {100}]
    # One for all slots.
    assert ids == [WITHOUT, ids[1], ids[1], ids[1]]
    assert ids[1] != WITHOUT


def test_memory_advances_once_a_picture_also_when_it_is_captured(make_filter):
    served = make_filter("counter")
    assert [served.infer(value) for value in range(6)] == [{0}, {1}, {2}, {3}, {4}, {5}]
    # One for each direction in which the state goes.
    assert len(set(served.session.ids)) == 3


def test_the_overview_has_a_graph_of_its_own(make_filter):
    stream = make_filter("counter").stream
    stream.engine.session.ids.clear()
    stream._overview.look(None)
    stream._overview.look(None)
    assert np.unique(stream._alphas[OVERVIEW]).tolist() == [0]
    ids = stream.engine.session.ids
    assert ids == [WITHOUT, ids[1], ids[1]] and ids[1] != WITHOUT


def test_nothing_is_captured_while_something_loads(make_filter):
    served = make_filter()
    with loading():
        assert served.infer(9) == {9}
        assert set(served.session.ids) == {WITHOUT}
    assert served.infer(10) == {10}
    assert set(served.session.ids) != {WITHOUT}


def test_a_load_waits_for_a_capture(make_filter):
    served = make_filter()
    events, session = [], served.session
    real = session.run_with_iobinding

    def run(binding, options):
        real(binding, options)
        if session.ids[-1] != WITHOUT:
            thread.start()
            # Time enough to get in, if it could.
            thread.join(0.2)
            events.append("captured")

    def load():
        with loading():
            events.append("loads")

    thread = threading.Thread(target=load)
    session.run_with_iobinding = run
    served.infer(9)
    thread.join()
    assert events == ["captured", "loads"]


def test_a_graph_that_gives_another_alpha_is_not_used(make_filter):
    served = make_filter()
    session = served.session
    real = session.run_with_iobinding

    def run(binding, options):
        real(binding, options)
        if session.ids[-1] != WITHOUT:
            binding.get_outputs()[0].update_inplace(np.zeros((24, 32), np.uint8))

    session.run_with_iobinding = run
    with pytest.raises(GraphProblem, match="off by 90 of 255"):
        served.infer(90)


def test_a_filter_goes_on_without_graphs_on_the_same_device_and_says_why(directory, pretended):
    told, made = [], []
    loader = Loader(told.append, lambda request, stream: made.append((request, stream)))
    elsewhere(lambda: loader._load(Request(1, "green", "cuda")))
    server = Server.__new__(Server)
    asked = []
    server._loader = SimpleNamespace(load=asked.append, release=loader._release)
    ((request, stream),) = made
    server._streams, server._requests, server._leaving = {1: stream}, {1: request}, {}
    stream.engine.session.fails = RuntimeError("operation not permitted when stream is capturing")
    served = Filter(stream)
    served.hand_over(5)
    server._serve(stream)
    (again,) = asked
    assert again.failed == ()
    loader._load(again)
    plain = made[1][1]
    assert plain.engine.device is PRETENDED and not plain.engine.graphs
    assert told[-1].note == (
        "NVIDIA CUDA runs without CUDA graphs and half precision, because it failed: "
        "operation not permitted when stream is capturing."
    )
    assert Filter(plain).infer(5) == {5}
    plain.close()


def test_a_capture_that_failed_or_ended_the_worker_is_not_tried_again(make_filter):
    served = make_filter()
    model, session, records = served.stream.engine.model, served.session, []
    real = session.run_with_iobinding

    def run(binding, options):
        real(binding, options)
        records.append(graph.failed_before(model, PRETENDED))

    session.run_with_iobinding = run
    served.infer(1)
    # Without, while it is captured, and thereafter.
    assert records == ["", "the worker ended while it captured one"]
    assert graph.failed_before(model, PRETENDED) == ""
    again = make_filter()
    again.session.fails = RuntimeError("no capture here")
    with pytest.raises(GraphProblem):
        again.infer(1)
    assert graph.failed_before(model, PRETENDED) == "no capture here"
    assert graph.failed_before(model, CPU) == ""
    made = []
    loader = Loader(lambda message: None, lambda request, stream: made.append(stream))
    loader._load(Request(1, "green", "cuda"))
    assert made[0].engine.device is PRETENDED and not made[0].engine.graphs
    made[0].close()


@pytest.fixture
def full(monkeypatch):
    """Let the disk be full: files are made, and nothing can be written into them."""
    real = Path.open

    def opened(path, mode="r", *arguments, **options):
        file = real(path, mode, *arguments, **options)
        return io.FileIO(os.dup(os.open("/dev/full", os.O_WRONLY)), "w") if "r" not in mode else file

    def fill():
        monkeypatch.setattr(Path, "open", opened)

    return fill


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")


@needs_full
def test_on_a_full_disk_it_goes_on_without_capturing(make_filter, full):
    served = make_filter()
    full()
    assert [served.infer(value) for value in (7, 80)] == [{7}, {80}]
    assert set(served.session.ids) == {WITHOUT}
    assert graph.failed_before(served.stream.engine.model, PRETENDED) == ""


@needs_full
def test_on_a_disk_that_gets_full_the_reason_before_stays(make_filter, full):
    served = make_filter()
    real = served.session.run_with_iobinding

    def run(binding, options):
        real(binding, options)
        if served.session.ids[-1] != WITHOUT:
            full()
            raise RuntimeError("no capture here")

    served.session.run_with_iobinding = run
    with pytest.raises(GraphProblem, match="no capture here"):
        served.infer(1)
    assert (
        graph.failed_before(served.stream.engine.model, PRETENDED) == "the worker ended while it captured one"
    )


def test_where_nothing_can_be_kept_it_goes_on_without_capturing(directory, make_filter):
    (directory / "cache").write_text("in the way of the folder")
    served = make_filter()
    assert [served.infer(value) for value in (7, 80)] == [{7}, {80}]
    assert set(served.session.ids) == {WITHOUT}


def test_a_record_that_cannot_be_read_counts_as_one(make_filter, directory):
    served = make_filter()
    served.session.fails = RuntimeError("no capture here")
    with pytest.raises(GraphProblem):
        served.infer(1)
    (record,) = directory.glob("cache/graphs/green/*/failed.txt")
    for content in (b"", b"\xff\xfe"):
        record.write_bytes(content)
        assert graph.failed_before(served.stream.engine.model, PRETENDED)


def test_a_device_that_has_to_keep_something_is_left_where_it_cannot(directory):
    (directory / "cache").write_text("in the way of the folder")
    tensorrt = next(device for device in providers.DEVICES if device.name == "tensorrt")
    with pytest.raises(DeviceProblem, match="what it prepares cannot be kept"):
        providers.options(tensorrt, catalogue.read()["green"])


def test_a_model_that_cannot_have_graphs_is_loaded_without(directory, pretended, monkeypatch, capfd):
    real = onnxruntime.InferenceSession

    def make(file, options, providers):
        if "graph" in str(providers[0]):
            raise RuntimeError("This session cannot use the graph capture feature")
        return real(file, options, providers)

    monkeypatch.setattr(onnxruntime, "InferenceSession", make)
    engine = Engine(catalogue.read()["green"], PRETENDED)
    assert not engine.graphs
    assert "cannot use the graph capture feature" in capfd.readouterr().err


def test_operators_off_the_gpu_rule_graphs_out(directory, pretended, monkeypatch):
    counts = Counter({(CPU.provider, "Conv"): 10, ("OtherProvider", "Resize"): 1})
    monkeypatch.setattr(engine_module, "_operators", lambda session: counts)
    engine = Engine(catalogue.read()["green"], PRETENDED)
    assert not engine.graphs
    assert engine.elsewhere.endswith(": 1 of 11 (Resize).")


def test_what_onnxruntime_says_of_a_session_decides(directory):
    model = catalogue.read()["green"]
    settings = [way[0][1] for way in providers.options(CUDA, model)]
    assert [providers.GRAPHS in one for one in settings] == [True, False]
    assert len(providers.options(CUDA, model, plain=True)) == 1
    for told, right in (({providers.GRAPHS: "1"}, True), ({providers.GRAPHS: "0"}, False), ({}, False)):
        session = SimpleNamespace(get_provider_options=lambda told=told: {CUDA.provider: told})
        assert engine_module._has_graphs(session, CUDA) is right
    assert not Engine(model, CPU).graphs
    with pytest.raises(DeviceProblem):
        Engine(model, CUDA)


def test_the_loader_keeps_graphs_from_being_captured_while_it_works(directory):
    loader = Loader(lambda message: None, lambda request, stream: None)
    seen, done = [], threading.Event()

    def work():
        seen.append(graph._loading)
        done.set()

    loader._queue.put(work)
    loader.start()
    assert done.wait(worker_home.DEADLINE)
    assert seen == [1]
