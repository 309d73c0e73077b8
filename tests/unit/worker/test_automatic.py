# SPDX-License-Identifier: GPL-2.0-or-later
"""Which model "Automatic" takes, by figures that were recorded."""

import pytest

from obs_bgremove import home
from obs_bgremove.worker.choice import automatic, catalogue, measured
from obs_bgremove.worker.serve.fallback import Request
from obs_bgremove.worker.serve.loader import Loader
from tests.unit import worker_home, worker_models

#: name: (error of its alphas, milliseconds, percent of a processor at 60 fps)
QUICK, GOOD, BEST = "quick", "good", "best"


@pytest.fixture
def directory(tmp_path, monkeypatch):
    """A data directory with three models and no record; the default one is the quick one."""
    made = worker_home.make(tmp_path, monkeypatch)
    for name, error in ((QUICK, 20), (GOOD, 10), (BEST, 5)):
        folder = worker_home.add_model(made, name, worker_models.green(), default=name == QUICK)
        with open(folder / "card.toml", "a") as card:
            card.write(f"[quality]\nclips_mad = {error}\n")
    return made


def record(device="cpu", **figures):
    """Record (milliseconds, percent) by model."""
    rows = list(measured.read().speed)
    for name, (milliseconds, percent) in figures.items():
        size = catalogue.read()[name].file.stat().st_size
        rows.append(measured.Speed(name, size, device, milliseconds, percent))
    measured.keep_speed(rows)


def chosen(device="cpu"):
    return automatic.choose(catalogue.read(), device).name


def test_without_a_record_it_is_the_default_model(directory):
    assert automatic.choose(catalogue.read(), "cpu") == ("", "")


@pytest.mark.parametrize(
    "content", ["", "{}", '{"speed": [1, {}]}', '{"speed": [{"provider": "cpu", "model": "quick"}]}', "\0"]
)
def test_a_record_that_cannot_be_understood_is_none(directory, content):
    home.measurements_file().write_text(content)
    assert chosen() == ""


def test_the_best_that_is_quick_enough_is_taken_and_told(directory):
    record(quick=(1, 10), good=(4, 20), best=(8.2, 24))
    choice = automatic.choose(catalogue.read(), "cpu")
    assert choice.name == BEST
    assert "Test best: 8.2 ms" in choice.note


def test_one_that_takes_more_than_half_a_frame_is_not(directory):
    record(quick=(1, 10), good=(4, 20), best=(8.4, 20))
    assert chosen() == GOOD


def test_one_that_takes_too_much_of_a_processor_is_not(directory):
    record(quick=(1, 10), good=(4, 20), best=(8, 26))
    assert chosen() == GOOD


def test_a_recurrent_matting_model_is_never_taken_on_two_processors(directory):
    # As measured on such a machine: MediaPipe's two, and Robust Video Matting at 256 x 144.
    record(quick=(1.8, 9.5), good=(3.0, 14.2), best=(23.0, 91.9))
    assert chosen() == GOOD


def test_where_all_are_too_slow_it_is_the_default_model(directory):
    record(quick=(30, 90), good=(40, 100), best=(50, 100))
    assert chosen() == ""


def test_a_slower_one_must_be_clearly_better(directory):
    (directory / "models" / BEST / "card.toml").write_text('title = "B"\n[quality]\nclips_mad = 9.1\n')
    record(quick=(1, 10), good=(2, 20), best=(3, 20))
    assert chosen() == GOOD


def test_each_device_has_figures_of_its_own(directory):
    record(quick=(1, 10), good=(40, 90), best=(50, 90))
    record("cuda", quick=(1, 3), good=(2, 4), best=(3, 5))
    assert (chosen("cpu"), chosen("cuda"), chosen("directml")) == (QUICK, BEST, "")


def test_another_file_than_the_measured_one_is_not_taken(directory):
    record(quick=(1, 10), best=(2, 10))
    worker_home.add_model(directory, BEST, worker_models.inverted())
    assert chosen() == QUICK


def test_a_model_that_is_gone_or_whose_quality_nobody_knows_is_not_taken(directory):
    record(quick=(1, 10), good=(2, 10), best=(3, 10))
    (directory / "models" / BEST / "model.onnx").unlink()
    (directory / "models" / GOOD / "card.toml").write_text('title = "Good?"\n')
    assert chosen() == QUICK


@pytest.mark.parametrize(("wanted", "model", "told"), [("", BEST, True), (QUICK, QUICK, False)])
def test_the_worker_goes_by_it_unless_a_model_was_chosen(directory, wanted, model, told):
    record(quick=(1, 10), best=(2, 10))
    messages, made = [], []
    loader = Loader(messages.append, lambda request, stream: made.append(stream))
    loader._load(Request(1, wanted, "cpu"))
    made[0].close()
    assert messages[-1].model == model
    assert ("Automatic chose" in messages[-1].note) == told
