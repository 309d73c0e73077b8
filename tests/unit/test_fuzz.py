# SPDX-License-Identifier: GPL-2.0-or-later
"""The short form of ``python -m tests.fuzz``: each of its targets that needs no OBS."""

import pytest

from tests.fuzz import __main__ as fuzz

#: ``--inputs`` for each: some seconds.
INPUTS = {"ring": 5_000, "messages": 5_000, "worker": 10_000, "cards": 10_000, "models": 10_000}


@pytest.mark.parametrize("target", INPUTS)
def test_hostile_inputs_break_no_promise(target, capfd):
    assert fuzz.main([target, "--inputs", str(INPUTS[target])]) == 0, capfd.readouterr().err
    assert f"{target}: {round(INPUTS[target] * fuzz.SHARES[target])} inputs in " in capfd.readouterr().out


def test_a_fault_is_noticed_and_named_by_its_seed(monkeypatch, capfd):
    monkeypatch.setattr(fuzz, "TARGETS", {**fuzz.TARGETS, "bytes_": 10})
    monkeypatch.setattr(fuzz, "SHARES", {**fuzz.SHARES, "bytes_": 1.0})
    # That module has nothing to run.
    assert fuzz.main(["bytes_", "--inputs", "20", "--seed", "7"]) == 1
    printed = capfd.readouterr()
    assert "bytes_: 20 inputs in 0 s, 2 faults" in printed.out or "2 faults" in printed.out
    assert "bytes_, seed 7000001, 10 inputs: code" in printed.err
