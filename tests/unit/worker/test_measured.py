# SPDX-License-Identifier: GPL-2.0-or-later
"""The one record of what was measured: each part of it by itself."""

import json

import pytest

from obs_bgremove import home
from obs_bgremove.worker.choice import catalogue, measured
from obs_bgremove.worker.choice.measured import Setting, Speed
from tests.unit import worker_models


@pytest.fixture
def model(directory):
    return catalogue.read()["green"]


def test_a_part_that_is_recorded_leaves_the_others(model):
    row = Speed("green", 1, "cpu", 2.5, 10.0)
    measured.keep_threads(model, Setting(2))
    measured.keep_precision(model, "cuda", True)
    measured.keep_speed([row])
    measured.keep_threads(model, Setting(4, True))
    assert measured.setting(model) == Setting(4, True)
    assert measured.float16(model, "cuda") and not measured.float16(model, "directml")
    assert measured.read().speed == (row,)
    measured.keep_precision(model, "cuda", False)
    assert not measured.float16(model, "cuda")
    assert len(measured.read().threads) == len(measured.read().precision) == 1


def test_another_file_by_the_same_name_has_no_precision(model):
    measured.keep_precision(model, "cuda", True)
    model.file.write_bytes(worker_models.inverted().SerializeToString())
    assert not measured.float16(model, "cuda")


def test_a_row_that_cannot_be_understood_costs_only_itself(model):
    measured.keep_threads(model, Setting(2))
    measured.keep_speed([Speed("green", 1, "cpu", 2.5, 10.0)])
    record = json.loads(home.measurements_file().read_text())
    record["speed"].insert(0, {**record["speed"][0], "round_trip_ms": "fast"})
    record["threads"].insert(0, None)
    record["precision"] = "all"
    home.measurements_file().write_text(json.dumps(record))
    assert [row.round_trip_ms for row in measured.read().speed] == [2.5]
    assert measured.setting(model) == Setting(2)
    assert not measured.float16(model, "cuda")
