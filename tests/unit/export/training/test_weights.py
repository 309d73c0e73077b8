# SPDX-License-Identifier: GPL-2.0-or-later
"""Trainable weights, read from the graphs of our own models."""

from __future__ import annotations

import json
import shutil

import numpy as np
import onnx
import pytest

for package in ("torch", "lightning_fabric", "albumentations", "tensorboard", "safetensors"):
    pytest.importorskip(package, reason="needs torch: python3 -m tests --training")

import torch  # noqa: E402
from onnx import numpy_helper  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

from export import networks  # noqa: E402
from export.__main__ import main as run  # noqa: E402
from export.common.errors import ExportError  # noqa: E402
from export.data import drawn  # noqa: E402
from export.editions import torch_graph  # noqa: E402
from export.graph import probe  # noqa: E402
from export.shelf.card import SHELF  # noqa: E402
from export.training import checkpoint, loop, recipe, weights  # noqa: E402  # noqa: E402

OURS = ("fast", "quality")


def content(name):
    return (SHELF / name / "model.onnx").read_bytes()


@pytest.mark.parametrize("name", OURS)
def test_those_on_the_shelf_are_those_of_its_model(name, tmp_path):
    for file in ("card.toml", "model.onnx"):
        (tmp_path / name).mkdir(exist_ok=True)
        shutil.copyfile(SHELF / name / file, tmp_path / name / file)
    made = weights.write(name, tmp_path)
    fresh, shipped = weights.load(made)[0], weights.load(SHELF / name / weights.FILE)[0]
    assert fresh.keys() == shipped.keys()
    for key, values in fresh.items():
        torch.testing.assert_close(values, shipped[key], rtol=1e-3, atol=1e-5)
    network, entry = checkpoint.load(tmp_path / name)
    assert entry.shipped and entry.network == name
    frames = probe.frames(entry.height, entry.width, 3)
    assert torch_graph.compare(network, content(name), frames) <= torch_graph.TOLERANCE


def test_a_number_changed_in_the_model_is_changed_in_what_is_read():
    model = onnx.load_from_string(content("fast"))
    constant = next(entry for entry in model.graph.initializer if entry.name == "network.logits.bias")
    values = numpy_helper.to_array(constant).copy()
    values[2] += 3
    constant.CopyFrom(numpy_helper.from_array(values, constant.name))
    network = networks.build("fast")
    weights.read(model.SerializeToString(), network)
    np.testing.assert_array_equal(network.logits.bias.detach().numpy(), values)


@pytest.mark.parametrize(("name", "options"), [("quality", {}), ("fast", {"deep": 5})])
def test_another_network_is_refused(name, options):
    with pytest.raises(ExportError, match="another network"):
        weights.read(content("fast"), networks.build(name, options))


def test_other_shapes_are_refused():
    model = onnx.load_from_string(content("fast"))
    constant = next(entry for entry in model.graph.initializer if entry.name == "network.logits.weight")
    wider = np.zeros((4, 20, 1, 1), np.float32)
    constant.CopyFrom(numpy_helper.from_array(wider, constant.name))
    with pytest.raises(ExportError, match=r"logits\.weight"):
        weights.read(model.SerializeToString(), networks.build("fast"))


def test_a_normalisation_answers_the_same_by_its_statistics_as_by_those_of_a_batch():
    network = networks.build("quality")
    weights.read(content("quality"), network)
    frames = probe.frames(96, 128, 4)
    rgb = torch.from_numpy(np.ascontiguousarray(frames[..., 2::-1].transpose(0, 3, 1, 2))).float() / 255
    states = network.zeros(4, 96, 128)
    with torch.no_grad():
        before = network.eval()(rgb, states)[0]
        other = network.train()(rgb, states)[0]
        network.eval()
        # That was another network, and its statistics moved: read it again.
        weights.read(content("quality"), network)
        weights.measure_normalisations(network, frames)
        by_own = network.eval()(rgb, states)[0]
        by_batch = network.train()(rgb, states)[0]
    assert (before - other).abs().max() > 0.5
    torch.testing.assert_close(by_own, before, rtol=1e-3, atol=1e-2)
    torch.testing.assert_close(by_batch, before, rtol=1e-3, atol=1e-2)


def test_a_training_starts_from_a_model_of_the_shelf(tmp_path):
    drawn.make(tmp_path)
    entry = recipe.Recipe(
        name="tiny", network="fast", height=48, width=64, shipped=True, frames=2, train=["drawn/train"],
        test=["drawn/test"], backgrounds=["rooms"], clips=2, clips_val=1, batch=2, epochs=1, workers=0,
        rate=0.0, init="models/fast",
    )  # fmt: skip
    loop.train(entry, tmp_path, tmp_path / "run")
    trained = checkpoint.load(tmp_path / "run" / "best.pt")[0].state_dict()
    for key, values in weights.load(SHELF / "fast" / weights.FILE)[0].items():
        torch.testing.assert_close(trained[key], values)


def test_a_file_with_no_recipe_is_no_checkpoint(tmp_path):
    network = networks.build("fast").state_dict()
    save_file(network, tmp_path / "weights.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"no tensors")
    wrong = {"recipe": json.dumps({"name": "x"})}
    save_file(network, tmp_path / "wrong.safetensors", wrong)
    for file in ("weights", "broken", "wrong", "absent"):
        with pytest.raises(ExportError, match=file):
            checkpoint.load(tmp_path / f"{file}.safetensors")


def test_what_has_no_graph_here_has_no_weights(capsys):
    assert run(["weights", "rvm-720p"]) == 1
    assert "not of our own training" in capsys.readouterr().err
