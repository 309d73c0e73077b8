# SPDX-License-Identifier: GPL-2.0-or-later
"""Models are measured once, and again where what was found may not be true."""

from __future__ import annotations

import json

import pytest

from obs_bgremove import home
from obs_bgremove.setup import speed


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Return the list of measurements so far; what each writes is in its attribute of that name."""
    monkeypatch.setenv("OBS_BGREMOVE_HOME", str(tmp_path))

    class Runs(list):
        writes = "{}"

    runs = Runs()

    def run(*arguments):
        runs.append(arguments)
        home.measurements_file().write_text(runs.writes)
        return 0

    monkeypatch.setattr(speed.virtual_env, "run_module", run)
    return runs


def test_what_was_measured_is_not_measured_again(bench):
    bench.writes = json.dumps({"speed": [], "at_rest": True})
    for _ in range(2):
        speed.ensure()
    assert len(bench) == 1


@pytest.mark.parametrize("writes", ['{"speed": [], "at_rest": false}', "no JSON"])
def test_what_was_measured_on_a_busy_machine_is_measured_again(bench, writes):
    bench.writes = writes
    speed.ensure()
    bench.writes = json.dumps({"speed": []})
    for _ in range(2):
        speed.ensure()
    assert len(bench) == 2
