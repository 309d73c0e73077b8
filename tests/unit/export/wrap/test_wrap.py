# SPDX-License-Identifier: GPL-2.0-or-later
"""A user's network becomes a model, and a message says why one cannot."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from export.__main__ import main as run
from export.common.errors import ExportError
from export.graph import contract, probe
from export.graph.runner import Runner
from export.shelf import card, place
from export.wrap import wrapping
from export.wrap.graph import wrapped
from export.wrap.reading import IMAGENET, Reading
from obs_bgremove.worker.choice import catalogue
from tests.unit.export.models import contract_model

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
@pytest.mark.parametrize("opset", [13, 17, 18, contract.NEWEST_OPSET])
def test_the_first_plane_comes_out(order, plane, opset):
    model = wrapped(network(opset=opset), Reading(order=order))
    assert contract.violations(model) == []
    frame = probe.frames(*SIZE, 1)[0]
    assert np.array_equal(Runner(model.SerializeToString()).alpha(frame), frame[..., plane])


def test_normalisation_logits_and_channel():
    reading = Reading(mean=(0.5, 0.25, 0), std=(0.5, 0.25, 1), logits=True, channels=(1,))
    model = wrapped(network(out=(1, 2, *SIZE)), reading)
    frame = probe.frames(*SIZE, 1)[0].astype(np.float64) / 255
    first, second = (frame[..., 2] - 0.5) / 0.5, (frame[..., 1] - 0.25) / 0.25
    expected = 255 / (1 + np.exp(first - second))
    alpha = Runner(model.SerializeToString()).alpha(probe.frames(*SIZE, 1)[0])
    assert np.abs(alpha - expected).max() <= 0.51


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (network(opset=22), "opset is 22, newer than 21"),
        (network(shape=(1, 3, "H", 32), out=(1, 1, "H", 32)), "dynamic shape"),
        (network(shape=(3, *SIZE), out=(3, *SIZE)), "a picture must be"),
        (network(extra=("memory",)), "pairs of 'state_x' and 'next_state_x'"),
        (network(out=(1, 1, 1, *SIZE)), "a mask must be"),
    ],
)
def test_what_is_wrong_is_told(model, sentence):
    with pytest.raises(ExportError, match=sentence):
        wrapped(model, Reading())


def test_what_says_nothing_of_where_is_told():
    model = network()
    constants = [helper.make_tensor("rows", TensorProto.INT64, [2], [2, 3])]
    model.graph.initializer.extend(constants)
    model.graph.node.append(helper.make_node("ReduceMean", ["picture", "rows"], ["classes"], keepdims=0))
    model.opset_import[0].version = 18
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("classes", TensorProto.FLOAT, (1, 3)))
    with pytest.raises(ExportError, match=r"\[1, 3\], which is no mask of a picture of 24x32"):
        wrapped(model, Reading())


@pytest.mark.parametrize("known", [True, False])
def test_files_of_older_exporters(known):
    model = network(opset=13)
    model.ir_version = 3  # constants are inputs there
    for constant in model.graph.initializer:
        model.graph.input.append(helper.make_tensor_value_info(constant.name, TensorProto.INT64, [1]))
    if not known:
        model.graph.output[0].type.tensor_type.ClearField("shape")
    frame = probe.frames(*SIZE, 1)[0]
    alpha = Runner(wrapped(model, Reading()).SerializeToString()).alpha(frame)
    assert np.array_equal(alpha, frame[..., 2])


def test_what_answers_otherwise_once_wrapped_is_not_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OBS_BGREMOVE_HOME", str(tmp_path / "home"))
    path = tmp_path / "own.onnx"
    onnx.save(network(), path)
    monkeypatch.setattr(wrapping, "wrapped", lambda model, reading: wrapped(model, Reading(order="bgr")))
    assert run(["wrap", str(path), "--name", "own"]) == 1
    assert "answers differently from the network itself" in capsys.readouterr().err
    assert not (tmp_path / "home" / "models" / "own").exists()


@pytest.mark.parametrize("named", [None, "gone.data", "../other/weights.data", "link.data"])
def test_weights_beside_the_file_are_read_and_others_are_asked_for(tmp_path, monkeypatch, capsys, named):
    monkeypatch.setenv("OBS_BGREMOVE_HOME", str(tmp_path / "home"))
    model = network()
    model.graph.initializer.append(numpy_helper.from_array(np.ones(1, np.float32), "factor"))
    model.graph.node.append(helper.make_node("Mul", ["mask", "factor"], ["seen"]))
    model.graph.output[0].name = "seen"
    for folder in ("own", "other"):
        (tmp_path / folder).mkdir()
        onnx.save(
            model,
            tmp_path / folder / "own.onnx",
            save_as_external_data=True,
            size_threshold=0,
            location="weights.data",
        )
    path = tmp_path / "own" / "own.onnx"
    if named:
        model = onnx.load(path, load_external_data=False)
        for tensor in model.graph.initializer:
            for entry in tensor.external_data:
                entry.value = named if entry.key == "location" else entry.value
        path.write_bytes(model.SerializeToString())
        (tmp_path / "own" / "link.data").symlink_to(tmp_path / "other" / "weights.data")
    assert run(["wrap", str(path), "--name", "own"]) == (1 if named else 0)
    if named:
        assert "they have to lie beside it" in capsys.readouterr().err
        assert not (tmp_path / "home" / "models" / "own").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--std", "1", "0", "1"], "--std none that is 0"),
        (["--scale", "nan"], "are to be numbers"),
        (["--mean", "inf", "0", "0"], "are to be numbers"),
        (["--mean", "2", "2", "2"], "no number (NaN)"),
    ],
)
def test_what_makes_no_numbers_is_told(tmp_path, monkeypatch, capsys, options, words):
    monkeypatch.setenv("OBS_BGREMOVE_HOME", str(tmp_path / "home"))
    model = network()
    model.graph.node.append(helper.make_node("Log", ["mask"], ["logarithm"]))
    model.graph.output[0].name = "logarithm"
    onnx.save(model, tmp_path / "own.onnx")
    assert run(["wrap", str(tmp_path / "own.onnx"), "--name", "own", *options]) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "home" / "models" / "own").exists()


def two_outputs():
    """The first plane as "mask", and as "other" the opposite."""
    model = network()
    model.graph.node.append(helper.make_node("Neg", ["mask"], ["other"]))
    model.graph.output.append(helper.make_tensor_value_info("other", TensorProto.FLOAT, (1, 1, *SIZE)))
    return model


def test_of_several_outputs_one_must_be_named():
    with pytest.raises(ExportError, match=r"2 outputs \(mask, other\); name the mask's with --output"):
        wrapped(two_outputs(), Reading())
    with pytest.raises(ExportError, match="no output 'alpha'; there is: mask, other"):
        wrapped(two_outputs(), Reading(output="alpha"))
    model = wrapped(two_outputs(), Reading(output="mask"))
    assert "Neg" not in {node.op_type for node in model.graph.node}  # nobody asks for it any more
    frame = probe.frames(*SIZE, 1)[0]
    assert np.array_equal(Runner(model.SerializeToString()).alpha(frame), frame[..., 2])


def test_classes_instead_of_shares_are_told():
    model = network()
    model.graph.node.append(helper.make_node("ArgMax", ["mask"], ["classes"], axis=1, keepdims=0))
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("classes", TensorProto.INT64, (1, *SIZE)))
    with pytest.raises(ExportError, match=r"'classes' is int64.*without the last argmax"):
        wrapped(model, Reading())


def test_a_free_batch_size_is_one():
    model = wrapped(network(shape=("batch", 3, *SIZE), out=("batch", 1, "rows", "columns")), Reading())
    assert contract.violations(model) == []
    frame = probe.frames(*SIZE, 1)[0]
    assert np.array_equal(Runner(model.SerializeToString()).alpha(frame), frame[..., 2])


def last(channels, *nodes):
    """A network with channels last; ``nodes`` make "mask" of "picture"."""
    graph = helper.make_graph(
        [helper.make_node(*node[:3], **(node[3] if len(node) > 3 else {})) for node in nodes],
        "last",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, (1, *SIZE, 3))],
        [helper.make_tensor_value_info("mask", TensorProto.FLOAT, (1, *SIZE, channels))],
        [helper.make_tensor("both", TensorProto.INT64, [2], [0, 1])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_channels_last_one_logit():
    model = wrapped(
        last(1, ("ReduceMax", ["picture"], ["mask"], {"axes": [3], "keepdims": 1})),
        Reading(mean=(0.5, 0.5, 0.5), logits=True),
    )
    frame = probe.frames(*SIZE, 1)[0]
    expected = 255 / (1 + np.exp(0.5 - frame[..., :3].max(2) / 255.0))
    assert np.abs(Runner(model.SerializeToString()).alpha(frame) - expected).max() <= 0.51


def test_channels_last_two_classes_already_softmax():
    model = wrapped(
        last(2, ("Softmax", ["picture"], ["shares"]), ("Gather", ["shares", "both"], ["mask"], {"axis": 3})),
        Reading(scale=1 / 64, channels=(1,)),
    )
    frame = probe.frames(*SIZE, 1)[0]
    shares = np.exp(frame[..., 2::-1] / 64.0)
    expected = 255 * shares[..., 1] / shares.sum(2)
    assert np.abs(Runner(model.SerializeToString()).alpha(frame) - expected).max() <= 0.51


def test_more_classes_than_rows():
    """A mask of [1, 150, 128, 128] has 150 classes; it is not one of 150 rows."""
    model = network(shape=(1, 3, 24, 24), out=(1, 1, 24, 24))
    model.graph.node.append(helper.make_node("Concat", ["mask"] * 7, ["many"], axis=1))
    sizes = {"kernel_shape": [4, 4], "strides": [4, 4]}
    model.graph.node.append(helper.make_node("AveragePool", ["many"], ["small"], **sizes))
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("small", TensorProto.FLOAT, (1, 7, 6, 6)))
    frame = probe.frames(24, 24, 1)[0]
    alpha = Runner(wrapped(model, Reading(channels=(3,))).SerializeToString()).alpha(frame)
    small = frame[..., 2].reshape(6, 4, 6, 4).mean((1, 3))
    assert np.abs(alpha - cv2.resize(small, (24, 24), interpolation=cv2.INTER_LINEAR)).max() <= 1


def classes(path):
    """Save a network of three classes whose shares are blue, green and red."""
    onnx.save(last(3, ("Identity", ["picture"], ["mask"])), path)
    return path


def test_several_subjects_become_a_model_each(tmp_path, monkeypatch):
    monkeypatch.setenv("OBS_BGREMOVE_HOME", str(tmp_path / "home"))
    command = [
        "wrap",
        str(classes(tmp_path / "own.onnx")),
        "--name",
        "own",
        "--order",
        "bgr",
        # A channel that is named twice counts once.
        "--channel",
        "2",
        "2",
    ]
    assert run([*command, "--subject", "Person and pets=1, 2", "--subject", "Pets=1"]) == 0
    models = tmp_path / "home" / "models"
    assert sorted(folder.name for folder in models.iterdir()) == ["own", "own-person-and-pets", "own-pets"]
    frame = probe.frames(*SIZE, 1)[0]
    red, green = frame[..., 2].astype(int), frame[..., 1].astype(int)
    for name, alpha in (
        ("own", red),
        ("own-person-and-pets", np.minimum(red + green, 255)),
        ("own-pets", green),
    ):
        assert np.array_equal(Runner(models / name / "model.onnx").alpha(frame), alpha), name
    subjects = {name: model.subject for name, model in catalogue.read().items() if name.startswith("own")}
    assert subjects == {"own": "", "own-person-and-pets": "Person and pets", "own-pets": "Pets"}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--subject", "Pets"], "has no name; write it as"),
        (["--subject", "=1"], "has no name; write it as"),
        (["--subject", "Pets=one"], "has no channels; write it as"),
        (["--subject", "Pets=3"], "no channel 3: its output has 3, counted from 0"),
        (["--channel", "-1"], "no channel -1"),
        (["--subject", "Pets=1", "--subject", "pets =2"], "Two subjects would become the model 'own-pets'"),
    ],
)
def test_a_subject_that_cannot_be_is_refused_and_nothing_is_installed(
    tmp_path, monkeypatch, capsys, more, sentence
):
    monkeypatch.setenv("OBS_BGREMOVE_HOME", str(tmp_path / "home"))
    assert run(["wrap", str(classes(tmp_path / "own.onnx")), "--name", "own", *more]) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "home" / "models").exists()


def test_the_command_fills_the_shelf(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OBS_BGREMOVE_HOME", str(tmp_path / "home"))
    path = tmp_path / "own.onnx"
    fresh = network(opset=20)
    fresh.ir_version = 10  # both as PyTorch writes them
    onnx.save(fresh, path)
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


@pytest.mark.parametrize(
    ("trouble", "raised", "match"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt, None),
        (PermissionError(13, "Permission denied"), ExportError, r"\(Permission denied\); close OBS"),
    ],
)
def test_what_was_there_comes_back(tmp_path, monkeypatch, trouble, raised, match):
    folder = tmp_path / "models" / "own"
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(b"before")
    real = Path.replace

    def stopped(source, destination):
        if destination == folder and "new" in source.name:
            raise trouble
        real(source, destination)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stopped)
        with pytest.raises(raised, match=match), place.workspace(folder.parent) as work:
            place.put(b"after", "", work, folder)
    assert (folder / "model.onnx").read_bytes() == b"before"


def test_a_name_stays_in_its_folder(tmp_path, capsys):
    path = tmp_path / "own.onnx"
    onnx.save(network(), path)
    assert run(["wrap", str(path), "--name", "quality"]) == 1
    assert "is a model of the project" in capsys.readouterr().err
    assert run(["wrap", str(path), "--name", "../own"]) == 1
    assert "cannot be a folder's name" in capsys.readouterr().err


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_imagenet_from_the_command_line(tmp_path, monkeypatch, order):
    monkeypatch.setenv("OBS_BGREMOVE_HOME", str(tmp_path / "home"))
    path = tmp_path / "own.onnx"
    onnx.save(network(), path)
    assert run(["wrap", str(path), "--name", "own", "--imagenet", "--order", order]) == 0
    alpha = Runner(tmp_path / "home" / "models" / "own" / "model.onnx").alpha
    frame = probe.frames(*SIZE, 1)[0]
    # The first plane is red or blue, and has its own mean and deviation either way.
    plane, number = (2, 0) if order == "rgb" else (0, 2)
    expected = (frame[..., plane] / 255.0 - IMAGENET[0][number]) / IMAGENET[1][number]
    assert np.abs(alpha(frame) - 255 * np.clip(expected, 0, 1)).max() <= 0.51


def test_its_quality_is_measured_if_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OBS_BGREMOVE_HOME", str(tmp_path / "home"))
    path, sets = tmp_path / "own.onnx", tmp_path / "sets" / "red" / "val"
    onnx.save(network(), path)
    mask = np.zeros((48, 64), np.uint8)
    mask[:, 32:] = 255
    for kind, content in (("images", cv2.merge([mask * 0, mask * 0, mask])), ("masks", mask)):
        (sets / kind).mkdir(parents=True)
        cv2.imwrite(str(sets / kind / "one.png"), content)
    command = ["wrap", str(path), "--name", "own", "--images"]
    assert run([*command, str(tmp_path / "nothing")]) == 1
    assert "There are no pictures in" in capsys.readouterr().err
    assert not (tmp_path / "home" / "models").exists()
    assert run([*command, str(tmp_path / "sets")]) == 0
    written = card.read_card(tmp_path / "home" / "models" / "own" / "card.toml")
    assert written.quality["red_iou"] == 1
    assert written.speed["milliseconds"] >= 0
