# SPDX-License-Identifier: GPL-2.0-or-later
"""Bring your own: a user's network becomes a model, and what cannot become one is told why."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from export import contract, probe
from export.__main__ import main as run
from export.errors import ExportError
from export.runner import Runner
from export.wrap import wrapped

from .export_models import contract_model

SIZE = (24, 32)


def network(shape=(1, 3, *SIZE), out=(1, 1, *SIZE), operator="Slice", opset=17, extra=()):
    """A network whose mask is its first plane (channels first)."""
    constants = [
        helper.make_tensor(name, TensorProto.INT64, [1], [value])
        for name, value in (("from", 0), ("to", out[1] if len(out) == 4 else 1), ("axis", 1))
    ]
    nodes = [helper.make_node(operator, ["picture", "from", "to", "axis"], ["mask"])]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("picture", *extra)]
    outputs = [helper.make_tensor_value_info("mask", TensorProto.FLOAT, out)]
    graph = helper.make_graph(nodes, "own", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


@pytest.mark.parametrize(("order", "plane"), [("rgb", 2), ("bgr", 0)])
@pytest.mark.parametrize("opset", [13, 17])
def test_the_first_plane_comes_out(order, plane, opset):
    model = wrapped(network(opset=opset), order=order)
    assert contract.violations(model) == []
    frame = probe.frames(*SIZE, 1)[0]
    assert np.array_equal(Runner(model.SerializeToString()).alpha(frame), frame[..., plane])


def test_normalisation_logits_and_channel():
    model = wrapped(
        network(out=(1, 2, *SIZE)), mean=(0.5, 0.25, 0), std=(0.5, 0.25, 1), logits=True, channel=1
    )
    frame = probe.frames(*SIZE, 1)[0].astype(np.float64) / 255
    first, second = (frame[..., 2] - 0.5) / 0.5, (frame[..., 1] - 0.25) / 0.25
    expected = 255 / (1 + np.exp(first - second))
    alpha = Runner(model.SerializeToString()).alpha(probe.frames(*SIZE, 1)[0])
    assert np.abs(alpha - expected).max() <= 0.51


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (network(opset=18), "opset is 18, newer than 17"),
        (network(shape=(1, 3, "H", 32), out=(1, 1, "H", 32)), "dynamic shape"),
        (network(shape=(3, *SIZE), out=(3, *SIZE)), "a picture must be"),
        (network(extra=("memory",)), "pairs of 'state_x' and 'next_state_x'"),
        (network(out=(1, 1, 1, *SIZE)), "a mask must be"),
    ],
)
def test_what_is_wrong_is_told(model, sentence):
    with pytest.raises(ExportError, match=sentence):
        wrapped(model)


def test_the_command_fills_the_shelf(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OBS_BGREMOVE_HOME", str(tmp_path / "home"))
    path = tmp_path / "own.onnx"
    onnx.save(network(), path)
    assert run(["wrap", str(path), "--name", "own", "--licence", "CC0-1.0"]) == 0
    folder = tmp_path / "home" / "models" / "own"
    assert contract.violations(contract.load(folder / "model.onnx")) == []
    assert 'licence = "CC0-1.0"' in (folder / "card.toml").read_text(encoding="utf-8")
    assert run(["wrap", str(path), "--name", "own"]) == 1
    assert "add --again" in capsys.readouterr().err
    onnx.save(contract_model(state=True), path)
    assert run(["wrap", str(path), "--name", "own", "--again"]) == 0
    assert "[recurrent]" in (folder / "card.toml").read_text(encoding="utf-8")
    assert sorted(entry.name for entry in folder.parent.iterdir()) == ["own"]


def test_a_name_stays_in_its_folder(tmp_path, capsys):
    path = tmp_path / "own.onnx"
    onnx.save(network(), path)
    assert run(["wrap", str(path), "--name", "../own"]) == 1
    assert "cannot be a folder's name" in capsys.readouterr().err
