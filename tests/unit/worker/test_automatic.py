# SPDX-License-Identifier: GPL-2.0-or-later
"""Which model "Automatic" takes, by figures that were recorded."""

import shutil
from dataclasses import replace

import pytest

from obs_bgremove import home
from obs_bgremove.link.memory import MemoryProblem
from obs_bgremove.link.messages import ONLY, USUAL, Chosen, RingOpened
from obs_bgremove.worker.choice import automatic, catalogue, measured
from obs_bgremove.worker.serve.fallback import Request
from obs_bgremove.worker.serve.loader import Loader
from tests.unit import worker_home, worker_models

#: name: (error of its alphas, milliseconds, percent of a processor at 60 fps)
QUICK, GOOD, BEST = "quick", "good", "best"
MORE = replace(USUAL, effort="much")


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


def chosen(device="cpu", processors=2, **allowance):
    return automatic.choose(catalogue.read(), device, replace(USUAL, **allowance), processors).name


def test_without_a_record_it_is_the_default_model(directory):
    assert automatic.choose(catalogue.read(), "cpu") == ("", "", ONLY)


@pytest.mark.parametrize(
    "content", ["", "{}", '{"speed": [1, {}]}', '{"speed": [{"provider": "cpu", "model": "quick"}]}', "\0"]
)
def test_a_record_that_cannot_be_understood_is_none(directory, content):
    home.measurements_file().write_text(content)
    assert chosen() == ""


def test_the_best_that_is_quick_enough_is_taken_and_told(directory):
    record(quick=(1, 10), good=(4, 20), best=(8.2, 24))
    choice = automatic.choose(catalogue.read(), "cpu", USUAL, processors=4)
    assert choice.name == BEST
    assert choice.note == (
        "Automatic chose Test best: 8.2 ms for an alpha and 6 % of all processors at 60 pictures per second, "
        "as measured here."
    )


def test_what_keeps_something_else_than_people_is_never_taken(directory):
    record(quick=(1, 10), good=(4, 20), best=(8.2, 24))
    card = directory / "models" / BEST / "card.toml"
    card.write_text('subject = "Pets"\n' + card.read_text())
    assert automatic.choose(catalogue.read(), "cpu", USUAL, processors=4).name == GOOD


def test_a_better_one_that_is_too_dear_is_named_with_what_it_would_take(directory):
    record(quick=(1, 10), good=(4, 20), best=(12, 70))
    choice = automatic.choose(catalogue.read(), "cpu", USUAL, processors=2)
    assert choice.name == GOOD
    assert choice.note.endswith(" Test best would take 12.0 ms and 35 %.")


def test_one_whose_alphas_are_not_there_before_the_next_picture_is_not(directory):
    record(quick=(1, 10), good=(4, 20), best=(12.6, 20))
    assert (chosen(), chosen(rate=30.0)) == (GOOD, BEST)


def test_one_that_takes_too_much_of_the_processors_is_not(directory):
    record(quick=(1, 10), good=(4, 20), best=(8, 26))
    assert (chosen(processors=2), chosen(processors=3)) == (GOOD, BEST)


OURS = FAST, SMALLER, QUALITY = "fast", "quality-144x240", "quality"
#: (name, processors, device, milliseconds and percent at 60 fps of each of OURS)
MACHINES = {
    "laptop with 2": (2, "cpu", (2.4, 14), (10.2, 64), (19.6, 100)),
    "laptop with 4": (4, "cpu", (2.4, 14), (10.2, 64), (19.6, 100)),
    "6 cores": (12, "cpu", (1.6, 10), (6.2, 40), (12, 74)),
    "16 cores": (32, "cpu", (1.2, 8), (4.7, 31), (9, 57)),
    "graphics in the processor": (8, "webgpu", (3, 6), (8, 7), (14, 9)),
    "a strong graphics card": (12, "cuda", (1, 4), (1.6, 4), (2.5, 5)),
}
LITTLE, NORMAL, MUCH = "little", "normal", "much"


@pytest.mark.parametrize(
    ("name", "rate", "effort", "filters", "expected"),
    [
        ("laptop with 2", 30, NORMAL, 1, FAST),
        ("laptop with 2", 30, MUCH, 1, SMALLER),
        ("laptop with 2", 60, MUCH, 1, FAST),
        ("laptop with 4", 30, LITTLE, 1, FAST),
        ("laptop with 4", 30, NORMAL, 1, SMALLER),
        ("laptop with 4", 60, NORMAL, 1, FAST),
        ("laptop with 4", 30, MUCH, 1, QUALITY),
        ("laptop with 4", 60, MUCH, 1, SMALLER),
        ("6 cores", 30, LITTLE, 1, QUALITY),
        ("6 cores", 60, LITTLE, 1, SMALLER),
        ("6 cores", 30, NORMAL, 1, QUALITY),
        ("6 cores", 60, NORMAL, 1, QUALITY),
        ("6 cores", 30, NORMAL, 2, QUALITY),
        ("6 cores", 60, NORMAL, 2, SMALLER),
        ("16 cores", 30, NORMAL, 1, QUALITY),
        ("16 cores", 60, NORMAL, 1, QUALITY),
        ("16 cores", 120, NORMAL, 1, SMALLER),
        ("graphics in the processor", 30, LITTLE, 1, FAST),
        ("graphics in the processor", 30, NORMAL, 1, SMALLER),
        ("graphics in the processor", 30, MUCH, 1, QUALITY),
        ("graphics in the processor", 60, MUCH, 1, SMALLER),
        ("a strong graphics card", 60, NORMAL, 1, QUALITY),
        ("a strong graphics card", 60, NORMAL, 2, SMALLER),
        ("a strong graphics card", 60, MUCH, 2, QUALITY),
    ],
)
def test_what_machines_afford(tmp_path, monkeypatch, name, rate, effort, filters, expected):
    processors, device, *figures = MACHINES[name]
    directory = worker_home.make(tmp_path, monkeypatch)
    # Our own networks, with the errors of their cards.
    for model in OURS:
        shutil.copytree(home.PROJECT / "models" / model, directory / "models" / model)
    record(device, **dict(zip(OURS, figures, strict=True)))
    found = chosen(device, processors, rate=float(rate), effort=effort, filters=filters)
    assert found == expected


def test_a_lower_rung_is_the_next_quicker_one_and_the_last_is_the_end(directory):
    record(quick=(1, 10), good=(4, 20), best=(8, 60))
    found = [
        automatic.choose(catalogue.read(), "cpu", replace(USUAL, step=step, reason="lagged"), 16)
        for step in range(4)
    ]
    assert [one.name for one in found] == [BEST, GOOD, QUICK, QUICK]
    assert [one.rung.step for one in found] == [0, 1, 2, 2]
    assert all(one.rung.steps == 3 for one in found)
    # What the next better one takes more, in processors.
    assert [round(one.rung.more, 3) for one in found] == [0.0, 0.4, 0.1, 0.1]
    assert found[1].note == (
        "Automatic chose Test good, because OBS rendered pictures too late; Test best is tried again when "
        "there is room."
    )


@pytest.mark.parametrize(
    "odd", [{"rate": 0.0}, {"rate": -5.0}, {"filters": -1}, {"step": -3}, {"effort": "?"}]
)
def test_an_odd_wish_does_no_harm(directory, odd):
    record(quick=(1, 10))
    assert chosen(**odd) == QUICK


def test_a_recurrent_matting_model_is_never_taken_on_two_processors(directory):
    # As measured on such a machine: MediaPipe's two, and Robust Video Matting at 256 x 144.
    record(quick=(1.8, 9.5), good=(3.0, 14.2), best=(23.0, 91.9))
    assert (chosen(), chosen(rate=30.0)) == (GOOD, GOOD)


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
    loader._load(Request(1, wanted, "cpu", allowance=MORE))
    made[0].close()
    assert messages[-1].model == model
    assert ("Automatic chose" in messages[-1].note) == told


def test_a_filter_stays_on_its_model_or_goes_to_another_one(directory):
    record(quick=(1, 10), best=(2, 10))
    messages, made = [], []
    loader = Loader(messages.append, lambda request, stream: made.append(stream))
    for allowance in (MORE, replace(MORE, rate=30.0), replace(MORE, step=1, reason="busy")):
        request = Request(1, "", "cpu", allowance=allowance)
        (loader._reconsider if made else loader._load)(request)
    opened = [message for message in messages if isinstance(message, (RingOpened, Chosen))]
    assert [type(message) for message in opened] == [RingOpened, Chosen, RingOpened]
    assert (opened[0].model, opened[2].model, len(made)) == (BEST, QUICK, 2)
    assert "at 30 pictures" in opened[1].note and "all processors were busy" in opened[2].note
    assert [message.rung.step for message in opened] == [0, 0, 1]
    for stream in made:
        stream.close()


def test_a_model_that_cannot_be_loaded_leaves_a_filter_with_the_one_it_has(directory):
    record(quick=(1, 10), best=(2, 10))
    messages, made = [], []
    loader = Loader(messages.append, lambda request, stream: made.append(stream))
    loader._load(Request(1, "", "cpu", allowance=replace(MORE, step=1)))
    loader._on_best_device = broken
    loader._reconsider(Request(1, "", "cpu", allowance=MORE))
    assert isinstance(messages[-1], Chosen) and "No room" in messages[-1].note
    assert len(made) == 1
    made[0].close()


def broken(*_arguments):
    raise MemoryProblem("No room.")
