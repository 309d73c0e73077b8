# SPDX-License-Identifier: GPL-2.0-or-later
"""From a checkpoint to a file: where it may lie, and TensorFlow Lite that agrees with ONNX."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest

for package in ("torch", "lightning_fabric", "albumentations", "tensorboard", "matplotlib"):
    pytest.importorskip(package, reason="needs torch: python3 -m tests --training")

import torch  # noqa: E402

from export import networks  # noqa: E402
from export.__main__ import main  # noqa: E402
from export.common.errors import ExportError  # noqa: E402
from export.data import drawn  # noqa: E402
from export.editions import torch_tflite  # noqa: E402
from export.graph import contract  # noqa: E402
from export.graph.runner import Runner  # noqa: E402
from export.shelf.card import SHELF  # noqa: E402
from export.training import checkpoint as checkpoints  # noqa: E402
from export.training import recipe, reproduce  # noqa: E402


@pytest.fixture
def checkpoint(tmp_path):
    """Return a function that writes a checkpoint of fresh weights."""

    def write(name="unet", **changes):
        torch.manual_seed(0)
        options = changes.setdefault("options", {"base": 8} if name == "unet" else {})
        entry = recipe.Recipe(
            **{"name": "tiny", "network": name, "height": 32, "width": 48, "shipped": False, "train": [],
               "test": [], **changes}
        )  # fmt: skip
        network = networks.build(name, options)
        for weights in network.parameters():
            if not weights.any():
                torch.nn.init.normal_(weights, std=0.1)  # what is added as the identity is to matter too
        path = tmp_path / f"{name}.pt"
        torch.save({"network": network.state_dict(), "recipe": dataclasses.asdict(entry)}, path)
        return path

    return write


@pytest.mark.parametrize("command", ["onnx", "tflite"])
def test_what_unfree_masks_taught_stays_off_the_shelf(checkpoint, capsys, command):
    destination = SHELF / "no-such-model" / f"model.{command}"
    assert main([command, str(checkpoint()), str(destination)]) == 1
    said = capsys.readouterr().err
    assert "shipped = false" in said and "choose a place outside" in said
    assert not destination.parent.exists()


def test_no_way_round_to_the_shelf(checkpoint, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(SHELF, target_is_directory=True)
    monkeypatch.chdir(SHELF)
    for destination in (tmp_path / "link" / "x.onnx", reproduce.Path("x.onnx")):
        with pytest.raises(ExportError, match="shelf"):
            reproduce.export_checkpoint(checkpoint(), destination)
    assert not (SHELF / "x.onnx").exists()


def test_reproduce_refuses_the_shelf_before_it_trains(capsys):
    into = SHELF / "no-such-model"
    assert main(["reproduce", "compare-unet", "--smoke", "--into", str(into)]) == 1
    assert "shipped = false" in capsys.readouterr().err
    assert main(["reproduce", "fast", "--smoke", "--into", str(into)]) == 1
    assert "A few steps make no model for the shelf" in capsys.readouterr().err
    assert not into.exists()


def test_other_places_and_free_weights_are_fine(checkpoint, tmp_path):
    reproduce.export_checkpoint(checkpoint(), tmp_path / "model.onnx")
    assert contract.violations(contract.load(tmp_path / "model.onnx")) == []
    free = dataclasses.replace(recipe.read(recipe.Path("fast")), shipped=True)
    reproduce.require_place(free, SHELF / "fast")


class Constant:
    """Answers the same alpha always; its memory counts the frames."""

    def __init__(self, alpha, step=1.0):
        self._alpha, self._step = alpha, step
        self.reset()

    def reset(self):
        self.states = {"state_x": np.zeros(2, np.float32)}

    def alpha(self, frame):
        self.states = {"state_x": self.states["state_x"] + self._step}
        return np.full(frame.shape[:2], self._alpha, np.uint8)


def test_an_edition_of_another_size(checkpoint, tmp_path):
    assert (
        main(
            [
                "onnx",
                str(checkpoint("fast", height=48, width=64)),
                str(tmp_path / "x.onnx"),
                "--size",
                "64x96",
            ]
        )
        == 0
    )
    runner = Runner(tmp_path / "x.onnx")
    assert (runner.height, runner.width) == (64, 96)


def test_between_two_checkpoints(checkpoint, tmp_path, capsys):
    ends = []
    for number, options in enumerate(({"light": False}, {})):
        path = checkpoint("fast", height=48, width=64, options=options)
        state = torch.load(path, weights_only=True)
        state["network"] = {name: value + number for name, value in state["network"].items()}
        ends.append(tmp_path / f"{number}.pt")
        torch.save(state, ends[-1])
    first, last = (torch.load(path, weights_only=True)["network"] for path in ends)
    arguments = ["blend", *map(str, ends), str(tmp_path / "new" / "middle.pt"), "--share"]
    assert main([*arguments, "0.25"]) == 0
    found = checkpoints.load(tmp_path / "new" / "middle.pt")[0].state_dict()
    assert found.keys() == last.keys()
    for name, value in found.items():
        expected = last[name] if name.startswith("memory_") else torch.lerp(first[name], last[name], 0.25)
        torch.testing.assert_close(value, expected)
    assert main([*arguments, "1.5"]) == 1
    assert "is no share" in capsys.readouterr().err
    for changes, sentence in (
        ({"name": "unet"}, "other parts"),
        ({"name": "fast", "options": {"deep": 5}}, None),  # what it has more is not missed
        ({"name": "fast", "options": {"deep": 2}}, "other parts"),
    ):
        other = checkpoint(**changes).rename(tmp_path / "other.pt")
        assert main(["blend", str(other), *arguments[2:], "0.5"]) == (1 if sentence else 0)
        assert (sentence or "") in capsys.readouterr().err
    state = torch.load(ends[1], weights_only=True)
    state["recipe"]["shipped"] = True
    torch.save(state, ends[1])
    assert main([*arguments, "0.5"]) == 1
    assert "not free" in capsys.readouterr().err


def test_a_size_that_is_none_is_refused(checkpoint, tmp_path, capsys):
    assert main(["onnx", str(checkpoint()), str(tmp_path / "x.onnx"), "--size", "64"]) == 1
    assert "HEIGHTxWIDTH" in capsys.readouterr().err


def test_compare_takes_the_largest_difference():
    pictures = [np.zeros((4, 6, 4), np.uint8)]
    assert torch_tflite.compare(Constant(10), Constant(11), pictures) == (1, 0.0)
    with pytest.raises(ExportError, match="differs from the ONNX model by 2 of 255"):
        torch_tflite.compare(Constant(10), Constant(12), pictures)
    # 0.02 off after the fourth frame, though the alphas agree: memory that drifts.
    with pytest.raises(ExportError, match="not written"):
        torch_tflite.compare(Constant(10), Constant(10, 1.005), pictures)


def test_tflite_agrees_with_onnx_on_photographs(checkpoint, tmp_path, capsys):
    pytest.importorskip("litert_torch", reason="TensorFlow Lite needs the dependency group 'tflite'")
    pytest.importorskip("skimage", reason="TensorFlow Lite needs the dependency group 'tflite'")
    path = tmp_path / "model.tflite"
    assert main(["tflite", str(checkpoint("fast", height=32, width=48)), str(path), "--size", "48x64"]) == 0
    assert "differ by at most" in capsys.readouterr().err
    runner = torch_tflite.LiteRunner(path.read_bytes())
    assert (runner.height, runner.width) == (48, 64)
    assert {state: value.shape for state, value in runner.states.items()} == {
        f"state_{stem}": (1, channels, 48 // span, 64 // span)
        for stem, (channels, span) in networks.build("fast").memory.items()
    }
    frame = np.full((48, 64, 4), 128, np.uint8)
    first = runner.alpha(frame)
    assert first.dtype == np.uint8 and first.shape == (48, 64)
    assert all(np.any(value) for value in runner.states.values())  # what is to be remembered


def test_a_tflite_that_differs_is_not_written(checkpoint, tmp_path, capsys, monkeypatch):
    pytest.importorskip("litert_torch", reason="TensorFlow Lite needs the dependency group 'tflite'")
    pytest.importorskip("skimage", reason="TensorFlow Lite needs the dependency group 'tflite'")
    right = torch_tflite.torch_graph.export

    def of_other_weights(network, *rest):
        network = copy.deepcopy(network)
        torch.nn.init.constant_(network.logits.bias, 1.0)
        return right(network, *rest)

    monkeypatch.setattr(torch_tflite.torch_graph, "export", of_other_weights)
    path = tmp_path / "model.tflite"
    assert main(["tflite", str(checkpoint()), str(path)]) == 1
    assert "not written" in capsys.readouterr().err
    assert not path.exists()


def test_compare_tells_trained_from_untrained(checkpoint, tmp_path, monkeypatch, capsys):
    recipes, runs, sets = (tmp_path / name for name in ("recipes", "runs", "sets"))
    recipes.mkdir()
    for name in ("compare-one", "compare-two"):
        (recipes / f"{name}.toml").write_text(
            'network = "unet"\nshipped = false\nheight = 32\nwidth = 48\ntrain = ["a"]\ntest = ["b"]\n'
            "[options]\nbase = 8\n"
        )
    monkeypatch.setattr(recipe, "RECIPES", recipes)
    reproduce.export_checkpoint(checkpoint(), runs / "compare-one" / "model.onnx")
    drawn.make(sets)
    assert main(["compare", "--runs", str(runs), "--images", str(sets)]) == 0
    trained, untrained = ([cell.strip() for cell in row.split("|")[1:-1]]
                          for row in capsys.readouterr().out.splitlines()[2:])  # fmt: skip
    weights = sum(entry.numel() for entry in networks.build("unet", {"base": 8}).parameters())
    assert (trained[0], untrained[0]) == ("`one`", "`two`")
    assert trained[1:3] == untrained[1:3] == ["48x32", f"{weights / 1e6:.2f}"]
    assert all(0 <= float(cell) <= 1 for cell in trained[5:])
    assert untrained[5:] == ["not trained", *["-"] * 6]
    assert main(["compare", "--runs", str(runs), "--images", str(runs)]) == 1
    assert "There are no pictures in" in capsys.readouterr().err
