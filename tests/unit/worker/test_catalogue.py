# SPDX-License-Identifier: GPL-2.0-or-later
"""The catalogue: which models are there, without onnxruntime and numpy."""

import subprocess
import sys
from pathlib import Path

import pytest

from obs_bgremove import home
from obs_bgremove.worker.choice import catalogue
from obs_bgremove.worker.choice.catalogue import ModelProblem
from obs_bgremove.worker.serve.fallback import Request
from obs_bgremove.worker.serve.loader import Loader
from tests.unit import worker_home, worker_models


@pytest.fixture
def directory(tmp_path, monkeypatch):
    # A project without models, so that those of this checkout stay out.
    monkeypatch.setattr(home, "PROJECT", tmp_path / "project")
    return worker_home.make(tmp_path / "home", monkeypatch)


def test_there_may_be_nothing(directory):
    assert catalogue.read() == {}
    with pytest.raises(ModelProblem, match=r"No model is installed in .*; run install.py"):
        catalogue.choose({}, "")


def test_the_default_comes_first(directory):
    for name in "abc":
        worker_home.add_model(directory, name, worker_models.green(), default=name == "b")
    assert list(catalogue.read()) == ["b", "a", "c"]
    assert catalogue.choose(catalogue.read(), "").name == "b"


def test_the_projects_card_says_whether_a_fetched_model_is_the_default(directory):
    worker_home.add_model(directory, "b-fetched", worker_models.green(), default=True)  # of an older version
    worker_home.add_model(home.PROJECT, "b-fetched", None)
    worker_home.add_model(home.PROJECT, "c", worker_models.green(), default=True)
    assert list(catalogue.read()) == ["c", "b-fetched"]
    assert catalogue.read()["b-fetched"].folder.is_relative_to(directory)
    worker_home.add_model(directory, "d-own", worker_models.green(), default=True)
    assert list(catalogue.read()) == ["d-own", "c", "b-fetched"]


def test_without_the_default_one_that_is_installed_is_taken(directory):
    worker_home.add_model(directory, "a", None, default=True)
    worker_home.add_model(directory, "b", worker_models.green())
    assert catalogue.choose(catalogue.read(), "").name == "b"


def test_the_remedy_for_a_broken_file_is_one_that_helps(directory):
    worker_home.add_model(directory, "own", b"broken")
    worker_home.add_model(directory, "fetched", b"broken")
    worker_home.add_model(home.PROJECT, "fetched", None)
    worker_home.add_model(home.PROJECT, "known", None)
    worker_home.add_model(home.PROJECT, "carried", b"broken")
    problems = {name: model.problem for name, model in catalogue.read().items()}
    assert problems["own"].endswith(" Put it there again.")
    assert problems["fetched"].endswith(" Run install.py --model fetched.")
    assert problems["known"].endswith(" Run install.py --model known.")
    assert problems["carried"].endswith(" Download obs_bgremove again.")


def test_a_default_that_is_broken_is_passed_over_but_not_in_silence(directory):
    worker_home.add_model(directory, "a", b"broken", default=True)
    with pytest.raises(ModelProblem, match="not an ONNX model"):
        catalogue.choose(catalogue.read(), "")
    worker_home.add_model(directory, "b", worker_models.green())
    models = catalogue.read()
    taken = catalogue.choose(models, "")
    assert taken.name == "b"
    assert "model a cannot be used: it is not an ONNX model (" in catalogue.passed_over(models, taken)
    assert catalogue.passed_over({"b": taken}, taken) == ""
    with pytest.raises(ModelProblem, match="not an ONNX model"):
        catalogue.choose(models, "a")


def test_a_filter_gets_another_model_than_the_broken_default_and_is_told(directory):
    worker_home.add_model(directory, "a", b"broken", default=True)
    worker_home.add_model(directory, "b", worker_models.green())
    told, made = [], []
    Loader(told.append, lambda request, stream: made.append(stream))._load(Request(1, "", "cpu"))
    assert made[-1].engine.model.name == "b"
    assert "model a cannot be used: it is not an ONNX model (" in told[-1].note
    assert "Test b is used" in told[-1].note
    made[-1].close()


def test_an_installed_model_wins_over_a_card_alone(directory):
    worker_home.add_model(home.PROJECT, "model", worker_models.green())
    worker_home.add_model(directory, "model", None)
    assert catalogue.read()["model"].folder.is_relative_to(home.PROJECT)
    worker_home.add_model(directory, "model", worker_models.green())
    assert catalogue.read()["model"].folder.is_relative_to(directory)


def test_the_signature_changes_with_a_model(directory):
    worker_home.add_model(directory, "model", None)
    before = catalogue.signature()
    assert catalogue.signature() == before
    worker_home.add_model(directory, "model", worker_models.green())
    assert catalogue.signature() != before


@pytest.mark.parametrize("cut", [1, 2, 10, 100, 200])
def test_a_file_that_ends_early_is_never_taken_for_whole(directory, cut):
    whole = worker_models.green().SerializeToString()
    worker_home.add_model(directory, "model", whole[:-cut])
    assert "cut short" in catalogue.read()["model"].problem


def test_a_whole_file_has_no_problem(directory):
    for name in ("green", "inverted", "counter", "picky"):
        worker_home.add_model(directory, name, getattr(worker_models, name)())
    assert [model.problem for model in catalogue.read().values()] == [None] * 4


def test_it_needs_neither_onnxruntime_nor_numpy(directory):
    script = (
        "import sys; sys.modules['onnxruntime'] = sys.modules['numpy'] = None\n"
        "from obs_bgremove.worker.choice import catalogue\n"
        "from obs_bgremove.worker.serve import server\n"
        "print(list(catalogue.read()))"
    )
    project = str(Path(catalogue.__file__).parents[3])
    found = subprocess.run([sys.executable, "-c", script], cwd=project, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
