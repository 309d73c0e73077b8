# SPDX-License-Identifier: GPL-2.0-or-later
"""float16 and int8 editions keep the contract and, nearly, the answers."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper

from export.__main__ import main
from export.common.errors import ExportError
from export.convert import frame
from export.editions import quantise
from export.editions.quantise import float16, require_place
from export.graph import contract, probe
from export.graph.nodes import Graph
from export.graph.runner import Runner
from export.shelf.card import SHELF


def network() -> onnx.ModelProto:
    """Two convolutions of arbitrary, fixed weights."""
    graph, random = Graph(), np.random.default_rng(0)
    x = frame.picture_from_frame(graph, 32, 48, folded=False)
    for inside, outside in ((3, 16), (16, 1)):
        weights = random.normal(0, inside**-0.5 / 3, (outside, inside, 3, 3)).astype(np.float32)
        x = graph.add("Conv", [x, graph.constant(weights)], pads=[1, 1, 1, 1])
        x = graph.add("Relu", [x]) if outside > 1 else graph.add("Sigmoid", [x])
    frame.alpha_from_matte(graph, x, 32, 48)
    return graph.model("two")


def test_float16_is_smaller_and_close():
    model = network()
    half = onnx.load_from_string(float16(model))
    assert contract.violations(half) == []
    assert all(
        constant.data_type != TensorProto.FLOAT or numpy_helper.to_array(constant).size < 64
        for constant in half.graph.initializer
    )
    shown = probe.frames(32, 48, 1)[0]
    alphas = [Runner(entry.SerializeToString()).alpha(shown).astype(int) for entry in (model, half)]
    assert np.abs(alphas[0] - alphas[1]).max() <= 1
    assert np.ptp(alphas[0]) > 10


def test_the_command_writes_both_and_tells_the_loss(tmp_path, capsys):
    path = tmp_path / "two" / "model.onnx"
    path.parent.mkdir()
    onnx.save(network(), path)
    assert main(["quantise", str(path), "--into", str(tmp_path / "out")]) == 0
    rows = {row.split("|")[1].strip(): row.split("|") for row in capsys.readouterr().out.splitlines()[2:]}
    assert float(rows["float32"][4]) == 0
    assert float(rows["int8"][4]) < 20
    for name in ("float16", "int8"):
        model = contract.load(tmp_path / "out" / f"two-{name}.onnx")
        assert contract.violations(model) == []
    assert any(node.op_type == "QuantizeLinear" for node in model.graph.node)


def test_a_broken_edition_is_not_written(tmp_path, monkeypatch, capsys):
    path = tmp_path / "two" / "model.onnx"
    path.parent.mkdir()
    onnx.save(network(), path)
    flat = network()
    for constant in flat.graph.initializer:
        values = numpy_helper.to_array(constant)
        if values.ndim == 4:
            constant.CopyFrom(numpy_helper.from_array(values * 0, constant.name))
    monkeypatch.setattr(quantise, "float16", lambda model: flat.SerializeToString())
    assert main(["quantise", str(path), "--into", str(tmp_path / "out")]) == 1
    assert "The float16 edition is" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_no_edition_of_a_stranger_comes_to_the_shelf(tmp_path, capsys):
    path, into = tmp_path / "model.onnx", SHELF / "no-such-model"
    onnx.save(network(), path)
    assert main(["quantise", str(path), "--into", str(into)]) == 1
    assert "It is not known whether only free alphas taught" in capsys.readouterr().err
    assert not into.exists()


def test_what_lies_on_the_shelf_may_have_editions_there(tmp_path):
    shelf, link = tmp_path / "models", tmp_path / "link"
    (shelf / "ours").mkdir(parents=True)
    link.symlink_to(shelf, target_is_directory=True)
    require_place(shelf / "ours" / "model.onnx", shelf / "ours", shelf)
    require_place(tmp_path / "model.onnx", tmp_path / "out", shelf)
    with pytest.raises(ExportError, match="choose a place outside"):
        require_place(tmp_path / "model.onnx", link / "ours", shelf)
