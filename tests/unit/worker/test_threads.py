# SPDX-License-Identifier: GPL-2.0-or-later
"""How many threads a model gets, by figures and by the record."""

import os
import subprocess
import sys

import psutil
import pytest

from obs_bgremove import home
from obs_bgremove.worker.choice import catalogue, measured
from obs_bgremove.worker.choice.measured import Setting
from obs_bgremove.worker.inference.engine import Engine
from obs_bgremove.worker.inference.providers import CPU
from obs_bgremove.worker.measure import threads
from obs_bgremove.worker.measure.bare import Bare
from obs_bgremove.worker.measure.threads import Figures
from tests.unit import worker_home, worker_models

ONE, TWO, SPINNING = Setting(), Setting(2), Setting(2, True)


@pytest.fixture
def model(tmp_path, monkeypatch):
    made = worker_home.make(tmp_path, monkeypatch)
    worker_home.add_model(made, "green", worker_models.green(), default=True)
    return catalogue.read()["green"]


@pytest.mark.parametrize(
    ("two", "spinning", "taken"),
    [
        # (at rest, busy, of processor); one thread takes (10, 20, 10).
        ((6, 12, 11), (5, 30, 30), TWO),
        ((6, 12, 11), (5, 10, 12), SPINNING),
        ((6, 17, 11), (6, 17, 11), ONE),  # hardly quicker beside an encoder
        ((6, 12, 13), (5, 10, 40), ONE),  # quicker at the encoder's expense
        ((11, 12, 11), (11, 10, 11), ONE),  # slower where nobody is in the way
        ((6, 30, 11), (5, 40, 11), ONE),
    ],
)
def test_more_threads_must_be_worth_it(two, spinning, taken):
    figures = {ONE: Figures(10, 20, 10), TWO: Figures(*two), SPINNING: Figures(*spinning)}
    assert threads.choose(figures) == taken


def test_a_single_processor_has_no_choice(monkeypatch):
    monkeypatch.setattr(threads, "processors", lambda: 1)
    assert threads.candidates() == [ONE]
    monkeypatch.setattr(threads, "processors", lambda: 3)
    assert threads.candidates() == [ONE, TWO, SPINNING]


def test_they_are_measured_on_a_busy_machine_that_rests_again(model, monkeypatch):
    started = []

    class Popen(subprocess.Popen):
        def __init__(self, *arguments, **more):
            super().__init__(*arguments, **more)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    monkeypatch.setattr(threads, "processors", lambda: 2)
    figures = threads.measure(model, 0.1)
    assert list(figures) == [ONE, TWO, SPINNING]
    assert all(measured.idle_ms > 0 and measured.busy_ms > 0 for measured in figures.values())
    # Windows counts a process' time in steps of 16 ms: a network as small as this one may take none.
    assert all(measured.processor_ms > 0 or sys.platform == "win32" for measured in figures.values())
    assert len(started) == 2 and all(one.returncode is not None for one in started)
    assert "Taken: " in threads.table(model, figures)


def test_the_record_is_what_an_engine_goes_by(model):
    assert measured.setting(model) is None
    assert Engine(model, CPU).setting == ONE
    measured.keep_threads(model, SPINNING)
    assert measured.setting(model) == SPINNING
    engine = Engine(model, CPU)
    assert engine.setting == SPINNING
    options = engine.session.get_session_options()
    assert options.intra_op_num_threads == 2
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "1"
    assert Bare(Engine(model, CPU, setting=ONE)).engine.setting == ONE


def test_another_file_by_the_same_name_was_not_measured(model):
    measured.keep_threads(model, TWO)
    model.file.write_bytes(worker_models.inverted().SerializeToString())
    assert measured.setting(model) is None


@pytest.mark.parametrize(
    "content", ["", "[]", '{"threads": 1}', '{"threads": [1, {"model": "green", "size": 0}]}', "\0"]
)
def test_a_record_that_cannot_be_understood_is_none(model, content):
    home.measurements_file().write_text(content)
    assert measured.setting(model) is None
    measured.keep_threads(model, TWO)
    assert measured.setting(model) == TWO


def test_nothing_stays_busy_when_the_bench_is_killed():
    script = (
        "import psutil, time; from obs_bgremove.worker.measure import threads\n"
        "with threads._busy_processors():\n"
        "    print(*(one.pid for one in psutil.Process().children()), flush=True); time.sleep(1000)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(home.PROJECT)}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as bench:
        busy = [psutil.Process(int(pid)) for pid in bench.stdout.readline().split()]
        assert busy
        bench.kill()
    _gone, alive = psutil.wait_procs(busy, timeout=60)
    for one in alive:
        one.kill()
    assert not alive
