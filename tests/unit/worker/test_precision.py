# SPDX-License-Identifier: GPL-2.0-or-later
"""Half precision on CUDA, with the CPU in the GPU's place: it runs the same models."""

import sys
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from obs_bgremove.link.messages import RingOpened
from obs_bgremove.worker.choice import catalogue, measured
from obs_bgremove.worker.inference import drawn_person, editions, nvidia, providers
from obs_bgremove.worker.inference.providers import CPU
from obs_bgremove.worker.measure import bench, precision
from obs_bgremove.worker.measure.bare import Bare
from obs_bgremove.worker.measure.precision import Figures
from obs_bgremove.worker.serve.fallback import Request
from obs_bgremove.worker.serve.loader import Loader
from tests.unit import worker_home, worker_models
from tests.unit.devices import CUDA

PRETENDED = CUDA._replace(provider=CPU.provider, there=lambda: None, memory="cpu", settings=({},))


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.setattr(nvidia, "identity", lambda: ("RTX 3060", "550.1", "?"))
    made = worker_home.make(tmp_path, monkeypatch)
    worker_home.add_model(made, "inverted", worker_models.inverted(), default=True)
    return catalogue.read()["inverted"]


@pytest.mark.parametrize(
    ("figures", "taken"),
    [
        (Figures(10, 6, 0.1, 0.0001, 0.4), True),
        (Figures(10, 9.5, 0.1, 0.0001, 0.4), False),  # hardly quicker
        (Figures(10, 6, 3.0, 0.0001, 0.4), False),  # other alphas
        (Figures(10, 6, 0.1, 0.01, 0.4), False),  # other people
        (Figures(10, 6, 0.0, 0.0, 0.0), False),  # nobody seen, nothing shown
        (Figures(10, 6, float("nan"), 0.0, 0.4), False),
    ],
)
def test_it_must_be_worth_it_and_right(figures, taken):
    assert precision.choose(figures) is taken


def test_an_edition_reckons_in_half_precision_behind_the_same_face(model):
    single, half = onnx.load(str(model.file)), onnx.load_from_string(precision.convert(model.file))
    assert list(single.graph.input) == list(half.graph.input)
    assert list(single.graph.output) == list(half.graph.output)
    kinds = [{constant.data_type for constant in one.graph.initializer} for one in (single, half)]
    assert TensorProto.FLOAT in kinds[0] and TensorProto.FLOAT not in kinds[1]


def test_both_are_compared_on_a_person(model, tmp_path):
    edition = tmp_path / "edition.onnx"
    edition.write_bytes(precision.convert(model.file))
    figures = precision.compare(model, PRETENDED, edition)
    assert figures.off == 0 and figures.changed == 0 and 0.1 < figures.person < 0.9
    edition.write_bytes(worker_models.green().SerializeToString())
    figures = precision.compare(model, PRETENDED, edition)
    assert figures.off > 20 and figures.changed > 0.5
    assert not precision.choose(figures._replace(half_ms=0))


def test_what_is_taken_is_for_this_very_gpu_and_model(model, monkeypatch):
    monkeypatch.setattr(precision, "choose", lambda figures: True)
    assert editions.recorded(model, PRETENDED) is None
    _figures, taken = precision.measure(model, PRETENDED)
    assert taken
    edition = editions.recorded(model, PRETENDED)
    assert edition.read_bytes() == precision.convert(model.file)
    assert editions.recorded(model, CPU) is None
    monkeypatch.setattr(nvidia, "identity", lambda: ("RTX 4090", "550.1", "?"))
    assert editions.recorded(model, PRETENDED) is None


def test_what_is_not_taken_any_more_is_gone(model, monkeypatch):
    monkeypatch.setattr(precision, "choose", lambda figures: True)
    precision.measure(model, PRETENDED)
    monkeypatch.setattr(precision, "choose", lambda figures: False)
    assert precision.measure(model, PRETENDED)[1] is False
    assert editions.recorded(model, PRETENDED) is None
    assert list(providers.cache("float16", model).iterdir()) == []


def test_without_the_converter_it_stays_as_it_was(model, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "onnx", None)
    bench._choose_precision([model], PRETENDED, brief=False)
    assert "inverted stays in float32 on NVIDIA CUDA: " in capsys.readouterr().out
    assert list(providers.cache("float16", model).iterdir()) == []


def test_a_filter_gets_the_edition_and_if_that_fails_the_model(model, monkeypatch):
    monkeypatch.setattr(providers, "order", lambda wanted, avoid=(): ([PRETENDED, CPU], []))
    edition = providers.cache("float16", model) / "model.onnx"
    edition.write_bytes(precision.convert(model.file))
    measured.keep_precision(model, "cuda", True)
    told, made = [], []
    loader = Loader(told.append, lambda request, stream: made.append(stream))
    loader._load(Request(1, "inverted", "cuda"))
    assert made[-1].engine.file == edition and told[-1].note == ""
    edition.write_bytes(b"nonsense")
    loader._release(made[-1])
    loader._load(Request(2, "inverted", "cuda"))
    assert made[-1].engine.file == model.file and made[-1].engine.device is PRETENDED
    assert told[-1].note.startswith("NVIDIA CUDA runs without CUDA graphs and half precision, because")
    for stream in made:
        stream.close()


def test_a_cache_that_cannot_be_written_costs_the_edition_and_nothing_else(model, monkeypatch, tmp_path):
    monkeypatch.setattr(providers, "order", lambda wanted, avoid=(): ([PRETENDED, CPU], []))
    measured.keep_precision(model, "cuda", True)
    (tmp_path / "cache").write_text("in the way of the folder")
    assert editions.recorded(model, PRETENDED) is None
    told, made = [], []
    Loader(told.append, lambda request, stream: made.append(stream))._load(Request(1, "inverted", "cuda"))
    assert made[-1].engine.file == model.file and made[-1].engine.device is PRETENDED
    assert (type(told[-1]), told[-1].note) == (RingOpened, "")
    made[-1].close()


def test_the_person_moves():
    pictures = list(drawn_person.pictures(36, 256))
    assert all(picture.shape == (36, 256, 4) and picture.flags.c_contiguous for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)
    assert np.ptp(pictures[0][..., :3]) > 100


def test_a_bare_model_begins_without_memory():
    states = dict.fromkeys("abcd", (np.float32, (1, 16, 9, 16)))
    several = [Bare(SimpleNamespace(states=states, device=CPU)) for _ in range(20)]
    assert not any(value.any() for bare in several for value in bare._state.values())
