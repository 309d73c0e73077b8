# SPDX-License-Identifier: GPL-2.0-or-later
"""The bench with a real worker process, on a tiny model: that it measures, not how fast this machine is."""

import json
import sys
from dataclasses import asdict

import pytest

from obs_bgremove import home
from obs_bgremove.worker.choice import catalogue, measured
from obs_bgremove.worker.inference import providers
from obs_bgremove.worker.measure import bench as bench_module
from obs_bgremove.worker.measure.bench import bench
from tests.unit import worker_home, worker_models

FIELDS = (
    "bare_ms",
    "round_trip_ms",
    "ratio",
    "alphas_per_second",
    "cpu_percent_30fps",
    "cpu_percent_60fps",
    "cpu_percent_still",
    "cpu_percent_hidden",
    "memory_mb",
    "onnxruntime_mb",
    "bare_mb",
    "first_alpha_ms",
)
#: Windows counts processor time in steps of 16 ms: that of a tiny model may be none.
COARSE = sys.platform == "win32"


@pytest.fixture
def directory(tmp_path, monkeypatch):
    made = worker_home.make(tmp_path, monkeypatch)
    folder = worker_home.add_model(made, "counter", worker_models.counter(), True, settle_frames=3)
    with open(folder / "card.toml", "a") as card:
        card.write("[quality]\nclips_mad = 20\n")
    monkeypatch.setattr(bench_module.rest, "wait", lambda: True)
    return made


def test_it_measures_prints_and_records(directory, capsys):
    target = directory / "figures.json"
    assert bench(["counter"], "cpu", 2.0, str(target), record=True) == 0
    (row,) = json.loads(target.read_text())
    assert (row["model"], row["provider"]) == ("counter", "cpu")
    for field in FIELDS:
        assert isinstance(row[field], (int, float)), field
    assert row["ratio"] == pytest.approx(row["round_trip_ms"] / row["bare_ms"])
    # Each is a process with an onnxruntime in it, and the shares are of a processor that exists.
    assert row["memory_mb"] > 10 and row["bare_mb"] > 10
    assert row["cpu_percent_still"] >= 0
    assert row["cpu_percent_30fps"] > 0 or COARSE
    assert [asdict(recorded) for recorded in measured.read().speed] == [row]
    table = capsys.readouterr().out
    assert "counter" in table and "On cpu, 30 pictures per second: " in table


def test_briefly_it_measures_what_automatic_goes_by_and_no_more(directory, capsys):
    assert bench(["counter"], "cpu", 1.0, None, record=True, brief=True) == 0
    (row,) = measured.read().speed
    assert row.round_trip_ms > 0
    assert row.cpu_percent_60fps > 0 or COARSE
    assert (row.alphas_per_second, row.cpu_percent_still, row.bare_mb) == (None, None, None)
    assert measured.read().threads
    # Who installs the filter reads what the figures mean, and no figures.
    printed = capsys.readouterr().out
    assert "On cpu, 30 pictures per second: " in printed
    assert all(line.startswith("On cpu, ") for line in printed.splitlines())


def test_on_a_busy_machine_it_says_so_and_keeps_it(directory, capsys, monkeypatch):
    monkeypatch.setattr(bench_module.rest, "wait", lambda: False)
    assert bench(["counter"], "cpu", 1.0, None, record=True, brief=True) == 0
    assert measured.read().speed and not measured.read().at_rest
    assert "busy" in capsys.readouterr().out.splitlines()[-1]
    # Only what is kept has to be true.
    assert bench(["counter"], "cpu", 1.0, None, record=False, brief=True) == 0
    assert "busy" not in capsys.readouterr().out


def test_what_cannot_be_measured_is_named_and_the_rest_is_measured(directory, capsys):
    worker_home.add_model(directory, "broken", worker_models.without_alpha())
    assert bench([], "cpu", 1.0, None, record=False) == 1
    table = capsys.readouterr().out
    assert "'alpha'" in next(line for line in table.splitlines() if line.startswith("broken"))
    assert any(line.startswith("counter") for line in table.splitlines())
    assert not home.measurements_file().exists()


def test_a_model_that_fails_while_it_runs_costs_its_own_row_only(directory, capsys, monkeypatch):
    def measure(model, *_):
        if model.name == "picky":
            raise RuntimeError("[ONNXRuntimeError] : 6 : out of memory\nat some line")
        figures = {field: 1.0 for _heading, field, _form in bench_module._COLUMNS}
        return {**figures, "model": model.name, "size": 1, "provider": "cpu"}

    worker_home.add_model(directory, "picky", worker_models.picky())
    monkeypatch.setattr(bench_module, "measure", measure)
    assert bench(["picky", "counter"], "cpu", 1.0, None, record=True) == 1
    table = capsys.readouterr().out
    # Any picture has values that it does not bear: what is raised then is onnxruntime's own.
    assert "Threads for picky cannot be chosen: [ONNXRuntimeError]" in table
    assert "[ONNXRuntimeError] : 6 : out of memory.\n" in table
    assert [row.model for row in measured.read().speed] == ["counter"]


def test_figures_that_cannot_be_recorded_are_a_sentence(directory, capsys, monkeypatch):
    figures = {field: 1.0 for _heading, field, _form in bench_module._COLUMNS}
    row = {**figures, "model": "counter", "size": 1, "provider": "cpu"}
    monkeypatch.setattr(bench_module, "measure", lambda *_: row)
    home.measurements_file().mkdir()
    assert bench(["counter"], "cpu", 1.0, None, record=True) == 1
    printed = capsys.readouterr()
    assert "The figures could not be recorded (" in printed.err and "The figures" in printed.out
    assert bench(["counter"], "cpu", 1.0, str(directory), record=False) == 1
    assert "make that place writable" in capsys.readouterr().err


@pytest.mark.parametrize(("names", "device"), [(["nothing"], "all"), ([], "abacus")])
def test_unknown_names_are_sentences(directory, capsys, names, device):
    assert bench(names, device, 1.0, None, record=False) == 1
    assert (names or [device])[0] in capsys.readouterr().err


def test_a_device_that_is_slow_to_start_is_not_started_twice(directory):
    from obs_bgremove.worker.measure.bench import _alone

    tensorrt = next(device for device in providers.DEVICES if device.slow_start)
    assert _alone(catalogue.read()["counter"], tensorrt) == {"onnxruntime_mb": None, "bare_mb": None}
