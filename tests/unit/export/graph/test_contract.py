# SPDX-License-Identifier: GPL-2.0-or-later
"""The graph contract: a sentence for each way of breaking it."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto

from export.__main__ import main
from export.common.errors import ExportError
from export.graph import contract
from tests.unit.export.models import bare_model, contract_model

FLOAT, UINT8 = TensorProto.FLOAT, TensorProto.UINT8
FRAME, ALPHA = {"frame": (UINT8, [6, 8, 4])}, {"alpha": (UINT8, [6, 8])}


@pytest.mark.parametrize("state", [False, True])
def test_a_model_that_keeps_it(state):
    assert contract.violations(contract_model(state=state)) == []


def test_the_newest_that_is_allowed_runs():
    newest = {"opset": contract.NEWEST_OPSET, "ir_version": contract.NEWEST_IR_VERSION}
    model = bare_model({"frame": (UINT8, [6, 8, 4])}, {"same": (UINT8, [6, 8, 4])}, **newest)
    assert not any("newer than" in sentence for sentence in contract.violations(model))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    shown = np.full((6, 8, 4), 7, np.uint8)
    assert np.array_equal(session.run(None, {"frame": shown})[0], shown)


@pytest.mark.parametrize(
    ("inputs", "outputs", "versions", "sentence"),
    [
        ({"input": (UINT8, [6, 8, 4])}, ALPHA, {}, "There is no input named 'frame' (there is: 'input')"),
        (FRAME, {"mask": (UINT8, [6, 8])}, {}, "There is no output named 'alpha'"),
        ({"frame": (UINT8, [1, 6, 8, 4])}, ALPHA, {}, "'frame' has 4 dimensions; it must have 3"),
        ({"frame": (FLOAT, [6, 8, 4])}, ALPHA, {}, "'frame' is float; it must be uint8"),
        ({"frame": (UINT8, ["H", 8, 4])}, ALPHA, {}, "'frame' has the dynamic shape [H, 8, 4]"),
        ({"frame": (UINT8, [6, 8, 3])}, ALPHA, {}, "its last dimension must be 4"),
        (FRAME, {"alpha": (UINT8, [3, 4])}, {}, "'frame' is 6x8 but 'alpha' is 3x4"),
        ({**FRAME, "state_a": (FLOAT, [2])}, ALPHA, {}, "no output 'next_state_a'"),
        (FRAME, {**ALPHA, "next_state_a": (FLOAT, [2])}, {}, "no input 'state_a'"),
        (
            {**FRAME, "state_a": (FLOAT, [2])},
            {**ALPHA, "next_state_a": (FLOAT, [3])},
            {},
            "'state_a' is [2] but 'next_state_a' is [3]",
        ),
        (
            {**FRAME, "state_a": (UINT8, [2])},
            {**ALPHA, "next_state_a": (UINT8, [2])},
            {},
            "both must be float",
        ),
        (
            {**FRAME, "state_a": (FLOAT, ["N"])},
            {**ALPHA, "next_state_a": (FLOAT, ["N"])},
            {},
            "'state_a' has the dynamic shape [N]",
        ),
        ({**FRAME, "ratio": (FLOAT, [1])}, ALPHA, {}, "The input 'ratio' is not part of the contract"),
        (FRAME, ALPHA, {"opset": 22}, "opset is 22, newer than 21"),
        (FRAME, ALPHA, {"ir_version": 11}, "(IR version) is 11, newer than 10"),
    ],
)
def test_a_violation_is_told(inputs, outputs, versions, sentence):
    found = contract.violations(bare_model(inputs, outputs, **versions))
    assert any(sentence in entry for entry in found), found


@pytest.mark.parametrize("content", [b"", b"not a model", contract_model().SerializeToString()[:-40]])
def test_a_file_that_is_no_model(tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=r"model\.onnx"):
        contract.load(path)


def test_check_command(tmp_path, capsys):
    good, bad = tmp_path / "good.onnx", tmp_path / "bad.onnx"
    good.write_bytes(contract_model().SerializeToString())
    bad.write_bytes(bare_model({"x": (UINT8, [6, 8, 4])}, ALPHA).SerializeToString())
    assert main(["check", str(good)]) == 0
    assert main(["check", str(good), str(bad)]) == 1
    assert f"{bad}: There is no input named 'frame'" in capsys.readouterr().out
