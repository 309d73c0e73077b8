# SPDX-License-Identifier: GPL-2.0-or-later
"""Networks, losses and the training loop, on data drawn on the spot."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest

pytest.importorskip("torch", reason="needs torch: python3 -m tests --training")
for package in ("lightning_fabric", "albumentations", "tensorboard", "matplotlib"):
    pytest.importorskip(package, reason="needs torch: python3 -m tests --training")

import torch  # noqa: E402
from lightning_fabric import Fabric  # noqa: E402

from export import networks  # noqa: E402
from export.__main__ import main as run  # noqa: E402
from export.common.errors import ExportError  # noqa: E402
from export.data import drawn, smaller, taught  # noqa: E402
from export.data.sequence import Clips, Shape, Stills  # noqa: E402
from export.data.stills import find, pictures  # noqa: E402
from export.editions import torch_graph  # noqa: E402
from export.graph import contract  # noqa: E402
from export.graph.runner import Runner  # noqa: E402
from export.networks import layers, selfie  # noqa: E402
from export.networks.network import Network  # noqa: E402
from export.training import batches, checkpoint, loop, recipe  # noqa: E402
from export.training.losses import losses  # noqa: E402

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    directory = tmp_path_factory.mktemp("data")
    drawn.make(directory)
    return directory


def tiny(**changes):
    return recipe.Recipe(
        **{
            "name": "tiny", "network": "fast", "height": 48, "width": 64, "shipped": True, "frames": 3,
            "train": ["drawn/train"], "val": ["drawn/val"], "test": ["drawn/test"], "backgrounds": ["rooms"],
            "clips": 8, "clips_val": 4, "batch": 4, "epochs": 2, "workers": 0, "warmup": 1, **changes,
        }
    )  # fmt: skip


@pytest.mark.parametrize("name", networks.names())
def test_each_architecture_keeps_the_contract_and_agrees_with_torch(name):
    torch.manual_seed(0)
    network = networks.build(name)
    for weights in network.parameters():
        if not weights.any():
            torch.nn.init.normal_(weights, std=0.1)  # what is added as the identity is to matter too
    network.train()
    with torch.no_grad():
        network(torch.rand(2, 3, 64, 96), network.zeros(2, 64, 96))  # statistics of its own
    content = torch_graph.export(network, 64, 96, name)  # compares
    runner = Runner(content, size=(64, 96))
    assert runner.recurrent == (name in ("fast", "quality"))


def test_an_export_that_differs_is_refused():
    torch.manual_seed(0)
    network = networks.build("fast").eval()
    content = torch_graph.export(network, 48, 64, "fast")
    torch.nn.init.constant_(network.logits.bias, 3.0)
    from export.graph import probe

    with pytest.raises(ExportError, match="differs from torch"):
        torch_graph.compare(network, content, probe.frames(48, 64, 2))
    # At first the memory is not listened to, so the alpha alone would not tell.
    network = networks.build("fast").eval()
    content = torch_graph.export(network, 48, 64, "fast")
    network.memory_8.candidate.bias.data += 1
    with pytest.raises(ExportError, match=r"by 0\.5\d? of 255 in its alpha and by .* in its memory"):
        torch_graph.compare(network, content, probe.frames(48, 64, 2))


def test_memory_is_used():
    torch.manual_seed(0)
    network = networks.build("fast").eval()
    for name, weights in network.named_parameters():
        if ".tell." in name:
            torch.nn.init.normal_(weights)  # at first the memory is not listened to
    picture = torch.rand(1, 3, 48, 64)
    zeros = network.zeros(1, 48, 64)
    once, states = network(picture, zeros)
    assert not torch.allclose(once, network(picture, states)[0])


@pytest.mark.parametrize("kind", [layers.Memory, layers.LightMemory])
def test_a_memory_adds_nothing_at_first_and_remembers(kind):
    torch.manual_seed(0)
    memory, x = kind(24, 16), torch.rand(1, 24, 6, 8)
    told, state = memory(x, torch.zeros(1, 16, 6, 8))
    assert torch.equal(told, x) and state.shape == (1, 16, 6, 8) and state.any()
    torch.nn.init.normal_(memory.tell.weight)
    assert not torch.allclose(memory(x, state)[0], memory(x, torch.zeros_like(state))[0])


def test_fast_goes_on_with_another_memory():
    torch.manual_seed(0)
    first, network = networks.build("fast", {"light": False}).eval(), networks.build("fast").eval()
    for name, weights in first.named_parameters():
        if not weights.any() and ".tell." not in name:
            torch.nn.init.normal_(weights, std=0.1)
    picture = torch.rand(1, 3, 48, 64)
    expected, states = first(picture, first.zeros(1, 48, 64))
    network.start_from(first)
    found, _ = network(picture, network.zeros(1, 48, 64))
    assert len(states) == len(first.memory) == 3 and expected.std() > 0.01
    assert torch.equal(found, expected)  # nothing is remembered yet
    first.memory_16.tell.bias.data += 1
    again = networks.build("fast", {"light": False}).eval()
    again.start_from(first)
    assert torch.equal(*(each(picture, states)[0] for each in (first, again)))
    with pytest.raises(RuntimeError, match="deeper"):
        networks.build("fast", {"deep": 3}).start_from(first)


@pytest.mark.parametrize("options", [{}, {"light": False}])
def test_fast_sees_a_clip_at_once_as_it_does_frame_by_frame(options):
    torch.manual_seed(0)
    network = networks.build("fast", options).eval()
    for weights in network.parameters():
        if not weights.any():
            torch.nn.init.normal_(weights, std=0.1)
    clips = torch.rand(2, 3, 3, 64, 96)
    states = tuple(torch.rand_like(state) for state in network.zeros(2, 64, 96))
    for given in (None, states):
        expected, expected_states = Network.clip(network, clips, given)
        found, found_states = network.clip(clips, given)
        torch.testing.assert_close(found, expected)
        for one, other in zip(found_states, expected_states):
            torch.testing.assert_close(one, other)
        assert (expected[:, 0] - expected[:, 1]).abs().max() > 1e-3


def test_a_step_of_the_decoder_is_the_published_one():
    torch.manual_seed(0)
    rise = selfie.Rise(24, 16)
    x, skip = torch.randn(1, 24, 4, 6), torch.randn(1, 16, 8, 12)
    wide = rise.narrow(layers.enlarge(x))
    gate = rise.squeeze
    whole = (skip + wide).mean((2, 3), keepdim=True)
    weight = torch.sigmoid(gate.widen(torch.relu(gate.narrow(whole))))
    mixed = torch.relu(rise.mix(skip * weight + wide))
    torch.testing.assert_close(rise(x, skip), mixed + torch.relu(rise.each(mixed)))


def test_features_joined_and_filled_up_are_convolved_as_they_are():
    torch.manual_seed(0)
    joined, (a, b) = layers.Joined(8 + 3, 5), (torch.rand(2, count, 6, 7) for count in (8, 3))
    plain = torch.nn.functional.conv2d(torch.cat([a, b], 1), joined.weight, joined.bias, padding=1)
    torch.testing.assert_close(joined(a, b), plain)


@pytest.mark.parametrize("channels", [40, 64])  # gates made together, and each by itself
def test_a_convgru_is_what_its_paper_says(channels):
    torch.manual_seed(0)
    unit, half = layers.ConvGRU(channels), channels // 2
    x, state = torch.randn(1, channels, 5, 6), torch.randn(1, half, 5, 6)
    both = torch.cat([x[:, half:], state], 1)
    reset, update = torch.sigmoid(unit.reset(both)), torch.sigmoid(unit.update(both))
    candidate = torch.tanh(unit.candidate(torch.cat([x[:, half:], reset * state], 1)))
    expected = (1 - update) * state + update * candidate
    found, after = unit(x, state)
    torch.testing.assert_close(after, expected)
    torch.testing.assert_close(found, torch.cat([x[:, :half], expected], 1))


@pytest.mark.parametrize(("name", "least"), [("quality", 70), ("fast", 40)])
def test_all_convolutions_fit_kernels_for_blocks_of_channels(name, least):
    network = networks.build(name)
    for weights in network.parameters():
        torch.nn.init.normal_(weights, std=0.01)  # alike, they would be one constant
    graph = onnx.load_from_string(torch_graph.export(network, 48, 64, name)).graph
    shapes = {entry.name: entry.dims for entry in graph.initializer}
    constants = [node for node in graph.node if node.op_type == "Constant"]
    shapes |= {node.output[0]: node.attribute[0].t.dims for node in constants}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert len(convolutions) > least
    for node in convolutions:
        _, inside, *_ = shapes[node.input[1]]  # 1 where each channel has its own
        assert inside < 16 or inside % 4 == 0, node.name


def test_losses_by_hand():
    alpha = torch.ones(1, 2, 1, 8, 8)
    sure = torch.ones_like(alpha)
    right = losses(torch.full_like(alpha, 20.0), alpha, sure)
    assert all(float(value) < 1e-6 for value in right.values())
    half = losses(torch.zeros_like(alpha), alpha, sure)
    assert float(half["l1"]) == pytest.approx(0.5)
    assert float(half["entropy"]) == pytest.approx(0.3 * np.log(2))
    assert float(half["time"]) == pytest.approx(0.0)
    unsure = losses(torch.full_like(alpha, -20.0), alpha, torch.zeros_like(alpha))
    assert all(float(value) == 0 for value in unsure.values())


def test_what_is_near_a_contour_counts_more():
    alpha = torch.zeros(1, 1, 1, 16, 32)
    alpha[..., 16:] = 1
    sure = torch.ones_like(alpha)
    far, near = torch.full_like(alpha, 40.0), torch.full_like(alpha, 40.0)
    near[..., :16], far[..., :16] = -40, -40
    far[..., 0] = 40  # one column of 32 is wrong, in each
    near[..., 15] = 40
    plain = [float(losses(logits, alpha, sure)["l1"]) for logits in (far, near)]
    assert plain == pytest.approx([1 / 32, 1 / 32])
    # Five columns on either side count four times.
    counted = 22 + 10 * 4
    found = [float(losses(logits, alpha, sure, edge=3)["l1"]) for logits in (far, near)]
    assert found == pytest.approx([1 / counted, 4 / counted])
    assert float(losses(near, alpha, 0 * sure, edge=3)["l1"]) == 0


def test_a_change_in_time_and_an_edge_by_hand():
    alpha, logits = torch.zeros(1, 2, 1, 8, 8), torch.full((1, 2, 1, 8, 8), -40.0)
    sure = torch.ones_like(alpha)
    logits[:, 1] = 0
    changed = losses(logits, alpha, sure)
    assert float(changed["time"]) == pytest.approx(5 * 0.5**2 + 0.5 * 0.5)
    assert float(changed["laplacian"]) == pytest.approx(0)
    sure[:, 0] = 0
    assert float(losses(logits, alpha, sure)["time"]) == 0
    alpha[..., 4:] = 1
    edge = losses(torch.full_like(logits, -40.0), alpha, torch.ones_like(alpha))
    # Enlarged again it is off by a quarter on both sides: in 2 of 8 columns, then in 2 of 4.
    assert float(edge["laplacian"]) == pytest.approx((0.25 * 2 / 8 + 2 * 0.25 * 2 / 4) / 4)
    unsure = losses(torch.full_like(logits, -40.0), alpha, 1 - alpha)
    assert float(unsure["laplacian"]) == pytest.approx(0)


def test_contrast_narrows_the_edges_of_our_own_labels_alone(tmp_path):
    for kind in ("images", "masks", "weights"):
        (tmp_path / kind).mkdir()
    ramp = np.arange(0, 256, 51, np.uint8)[None].repeat(2, 0)  # 0, 0.2, .. 1
    for stem in ("labelled", "by-hand"):
        cv2.imwrite(str(tmp_path / "images" / f"{stem}.png"), cv2.merge([ramp] * 3))
        cv2.imwrite(str(tmp_path / "masks" / f"{stem}.png"), ramp)
    cv2.imwrite(str(tmp_path / "weights" / "labelled.png"), np.full_like(ramp, 255))
    alphas = {still.picture.stem: still.read()[1][0] for still in find([tmp_path], contrast=2.0)}
    assert alphas["by-hand"] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert alphas["labelled"] == pytest.approx([0, 0, 0.3, 0.7, 1, 1])


def test_clips_are_the_same_for_the_same_seed(data):
    def clips(seed):
        made = Clips(find([data / "drawn" / "train"]), pictures([data / "rooms"]), Shape(3, 48, 64), 12, seed)
        return [made[number] for number in range(len(made))]

    first, again, other = clips(1), clips(1), clips(2)
    for one, two in zip(first, again):
        assert all(np.array_equal(a, b) for a, b in zip(one, two))
    assert any(not np.array_equal(one[0], two[0]) for one, two in zip(first, other))
    for shown, alpha, weight in first:
        assert shown.shape == (3, 48, 64, 3) and shown.dtype == np.uint8
        assert alpha.shape == weight.shape == (3, 48, 64)
        assert alpha.min() >= 0 and alpha.max() <= 1 and weight.min() >= 0 and weight.max() <= 1
    assert any(alpha.max() > 0.9 for _, alpha, _ in first)


def test_a_training_that_was_cut_off_ends_the_same(data, tmp_path):
    whole = loop.train(tiny(), data, tmp_path / "whole")
    # Cut off after the first epoch: the schedule of the whole is kept.
    full = tiny()
    original, loop.measure = loop.measure, _interrupted(loop.measure, after=1)
    try:
        with pytest.raises(KeyboardInterrupt):
            loop.train(full, data, tmp_path / "cut")
    finally:
        loop.measure = original
    resumed = loop.train(full, data, tmp_path / "cut")
    assert resumed == pytest.approx(whole, rel=1e-4)
    history = [
        (tmp_path / name / "history.csv").read_text(encoding="utf-8").splitlines()
        for name in ("whole", "cut")
    ]
    assert len(history[0]) == len(history[1]) == 3
    assert json.loads((tmp_path / "cut" / "result.json").read_text(encoding="utf-8")) == resumed
    assert (tmp_path / "cut" / "curves.png").stat().st_size > 1000
    with pytest.raises(ExportError, match="another recipe"):
        loop.train(dataclasses.replace(full, rate=0.5), data, tmp_path / "cut")
    last = torch.load(tmp_path / "cut" / "last.pt", weights_only=True)
    del last["recipe"]["steps"]  # of a time when recipes had no such entry
    torch.save(last, tmp_path / "cut" / "last.pt")
    assert loop.train(full, data, tmp_path / "cut") == resumed


def test_cut_off_while_it_saves_it_ends_the_same(data, tmp_path, monkeypatch):
    entry = tiny(epochs=1)
    whole = loop.train(entry, data, tmp_path / "whole")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", _interrupted(Path.replace, after=1))
        with pytest.raises(KeyboardInterrupt):
            loop.train(entry, data, tmp_path / "cut")
    assert loop.train(entry, data, tmp_path / "cut") == pytest.approx(whole, rel=1e-4)
    (tmp_path / "cut" / "last.pt").write_bytes(b"cut short")
    with pytest.raises(ExportError, match="not a checkpoint"):
        loop.train(entry, data, tmp_path / "cut")


def test_patience_ends_it_and_the_best_epoch_is_tested(data, tmp_path, monkeypatch):
    answers, seen = iter([3.0, 1.0, 2.0, 2.0, 0.5]), []

    def measure(fabric, network, *_):
        seen.append([value.detach().clone() for value in network.parameters()])
        return {"loss": next(answers), "mad": 0.5, "iou": 0.5}

    monkeypatch.setattr(loop, "measure", measure)
    assert loop.train(tiny(epochs=9, patience=2, steps=1), data, tmp_path)["test_loss"] == 0.5
    best, last = (torch.load(tmp_path / name, weights_only=True) for name in ("best.pt", "last.pt"))
    assert (best["epoch"], best["best"], best["waited"]) == (2, 1.0, 0)
    assert (last["epoch"], last["best"], last["waited"]) == (4, 1.0, 2)
    alike = [all(map(torch.equal, seen[4], weights)) for weights in seen[:4]]
    assert alike == [False, True, False, False]


def test_figures_by_hand():
    pictures, alphas, sure = torch.zeros(1, 3, 8, 8, 3), torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 8)
    pictures[:, 1:, :4, :4] = 255
    alphas[:, 2:, :4, :4] = 1  # a quarter, a frame later
    sure[:, :, :4] = 1

    class Shown(torch.nn.Module):
        def clip(self, pictures):
            return 40 * pictures[:, :, :1] - 20, None

    def figures(frames):
        batch = [values[:, :frames] for values in (pictures, alphas, sure)]
        return loop.measure(Fabric(accelerator="cpu", devices=1), Shown(), [batch, batch], tiny(entropy=0.0))

    found = figures(3)
    assert found.pop("loss") > 0
    # Of the six quarters that are sure one is wrong, in the second frame: one change too many, one missing.
    assert found == pytest.approx({"mad": 1 / 6, "iou": 1 / 2, "accuracy": 5 / 6, "dtssd": 1 / 2})
    assert figures(1)["dtssd"] == 0


def test_a_loss_that_is_no_number_is_told(data, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "measure", lambda *_: {"loss": float("nan")})
    with pytest.raises(ExportError, match="no longer a number; lower 'rate'"):
        loop.train(tiny(epochs=1), data, tmp_path)


def test_what_it_is_tested_on_was_not_learned_from(data, monkeypatch):
    monkeypatch.setattr(taught, "locate", lambda name: name)
    entry = tiny(teacher="rvm-144x256")
    found = {split: batches.dataset(entry, data, split) for split in ("train", "val", "test")}
    assert [isinstance(each, taught.Taught) for each in found.values()] == [True, True, False]
    shown, held = set(found["train"].clips.backgrounds), set(found["test"].backgrounds)
    assert shown and held and not shown & held
    assert held == set(found["val"].clips.backgrounds)


def test_an_epoch_may_have_fewer_steps(data, tmp_path, capsys):
    loop.train(tiny(epochs=1, steps=1), data, tmp_path)
    assert "1 / 1" in capsys.readouterr().err  # of the two batches that there are


def test_mixed_precision_reaches_the_network(data, tmp_path, monkeypatch):
    seen = set()
    kind = type(networks.build("fast"))
    whole = kind.clip

    def clip(network, pictures, states=None):
        seen.add((network.training, torch.is_autocast_enabled("cpu")))
        return whole(network, pictures, states)

    monkeypatch.setattr(kind, "clip", clip)
    for precision, mixed in (("bf16-mixed", True), ("32-true", False)):
        seen.clear()
        loop.train(tiny(epochs=1, precision=precision), data, tmp_path / precision)
        assert seen == {(True, mixed), (False, mixed)}


def _interrupted(function, after):
    calls = []

    def until(*arguments):
        calls.append(1)
        if len(calls) > after:
            raise KeyboardInterrupt
        return function(*arguments)

    return until


def test_it_learns(data):
    torch.manual_seed(0)
    entries = [
        torch.from_numpy(np.stack(parts))
        for parts in zip(
            *(Stills(find([data / "drawn" / "train"]), Shape(1, 48, 64), False, 1)[n] for n in range(4))
        )
    ]
    shown, alpha, weight = (
        entries[0].permute(0, 1, 4, 2, 3).float() / 255,
        entries[1].unsqueeze(2),
        entries[2].unsqueeze(2),
    )
    network = networks.build("fast").train()
    optimiser = torch.optim.AdamW(network.parameters(), 5e-3)
    first = None
    for _ in range(60):
        parts = losses(network.clip(shown)[0], alpha, weight)
        first = float(parts["l1"].detach()) if first is None else first
        optimiser.zero_grad()
        sum(parts.values()).backward()
        optimiser.step()
    assert float(parts["l1"].detach()) < first / 4


def test_single_stills_are_augmented_and_trained_on(data, tmp_path):
    result = loop.train(tiny(frames=1, epochs=1, backgrounds=[], val=[]), data, tmp_path)
    assert 0 <= result["test_accuracy"] <= 1 and np.isfinite(result["test_loss"])


@pytest.mark.parametrize(
    "name", ["fast-1", "fast", "fast-busy", "quality", "compare-deeplabv3plus", "compare-segnet"]
)
def test_reproduce_smoke(name, tmp_path):
    assert run(["reproduce", name, "--smoke", "--into", str(tmp_path)]) == 0
    assert contract.violations(contract.load(tmp_path / "model.onnx")) == []


@pytest.mark.parametrize("workers", [0, 1])
def test_a_picture_that_cannot_be_read_is_named_in_a_sentence(workers, tmp_path):
    drawn.make(tmp_path)
    folder = tmp_path / "drawn" / "train" / "images"
    for picture in folder.iterdir():
        picture.write_bytes(b"no picture")
    with pytest.raises(ExportError) as caught:
        loop.train(tiny(workers=workers), tmp_path, tmp_path / "run")
    assert str(caught.value).startswith(str(folder))
    assert str(caught.value).endswith("is not a picture that can be read; replace or remove it.")


def test_a_training_starts_from_a_checkpoint_that_may_be_shipped(data, tmp_path):
    loop.train(tiny(epochs=1), data, tmp_path / "first")
    (data / "runs").mkdir(exist_ok=True)
    best = data / "runs" / "best.pt"
    best.write_bytes((tmp_path / "first" / "best.pt").read_bytes())
    loop.train(tiny(epochs=1, rate=0.0, init="runs/best.pt"), data, tmp_path / "second")
    first, second = (
        checkpoint.load(tmp_path / name / "best.pt")[0].state_dict() for name in ("first", "second")
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
    # Convolutions fit at any size.
    loop.train(tiny(epochs=1, rate=0.0, width=96, init="runs/best.pt"), data, tmp_path / "larger")
    larger = checkpoint.load(tmp_path / "larger" / "best.pt")[0].state_dict()
    assert all(torch.equal(first[name], larger[name]) for name in first)
    for other, match in (
        (tiny(network="unet", frames=1, init="runs/best.pt"), "same network"),
        (tiny(options={"deep": 1}, init="runs/best.pt"), "other parts"),
    ):
        with pytest.raises(ExportError, match=match):
            loop.train(other, data, tmp_path / match)
    state = torch.load(best, weights_only=True)
    state["recipe"]["shipped"] = False
    torch.save(state, best)
    with pytest.raises(ExportError, match="not free"):
        loop.train(tiny(init="runs/best.pt"), data, tmp_path / "fourth")


def test_what_started_from_published_weights_learns_slower():
    network = networks.build("quality")
    groups = loop._groups(network, tiny(rate=0.5, started_rate=0.2))
    slow, fast = (next(group for group in groups if group["lr"] == rate) for rate in (0.1, 0.5))
    own = {id(value) for value in network.encoder.parameters()}
    assert own < {id(value) for value in slow["params"]}
    assert id(network.logits.weight) in {id(value) for value in fast["params"]}
    counted = sum(len(group["params"]) for group in (slow, fast))
    assert counted == len(list(network.parameters()))


def test_what_is_frozen_stays_between_the_published_weights_and_those_of_the_checkpoint(data, tmp_path):
    published, shift = networks.build("quality"), 0.01
    learned = {name: value + shift for name, value in published.state_dict().items()}
    entry = tiny(network="quality", epochs=1, rate=1e-3, started_rate=0.0, blend=0.25, init="first.pt")
    torch.save(
        {"network": learned, "recipe": dataclasses.asdict(tiny(network="quality"))}, tmp_path / "first.pt"
    )
    network = copy.deepcopy(published)
    checkpoint.load_first_weights(network, entry, tmp_path)
    torch.testing.assert_close(network.encoder.stem.weight, published.encoder.stem.weight + 0.25 * shift)
    torch.testing.assert_close(network.logits.weight, published.logits.weight + shift)
    (data / "first.pt").write_bytes((tmp_path / "first.pt").read_bytes())
    loop.train(dataclasses.replace(entry, blend=1.0), data, tmp_path / "run")
    trained = checkpoint.load(tmp_path / "run" / "best.pt")[0]
    assert torch.equal(trained.encoder.stem.weight, learned["encoder.stem.weight"])
    assert not torch.equal(trained.logits.weight, learned["logits.weight"])


def test_parts_that_a_recipe_freezes_stay_as_they_are(data, tmp_path):
    torch.manual_seed(0)
    entry = tiny(network="quality", epochs=1, rate=1e-3, init="begun.pt", frozen=["encoder", "detail"])
    begun = networks.build("quality")
    torch.save({"network": begun.state_dict(), "recipe": dataclasses.asdict(entry)}, data / "begun.pt")
    loop.train(entry, data, tmp_path / "run")
    before, after = begun.state_dict(), checkpoint.load(tmp_path / "run" / "best.pt")[0].state_dict()
    moved = {name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])}
    # The statistics of a normalisation as well.
    assert not moved & {"encoder", "detail"} and {"gate", "memory_16", "decode_2", "logits"} <= moved
    with pytest.raises(ExportError, match="freezes a part"):
        loop.train(dataclasses.replace(entry, frozen=["head"]), data, tmp_path / "other")


def test_clips_that_are_filmed_larger_are_made_smaller(data):
    large = batches.dataset(tiny(filmed=2.0), data, "train")
    assert isinstance(large, smaller.Smaller)
    pictures, alphas, weights = large.clips[0]
    small = large[0]
    height, width = tiny().height, tiny().width
    assert pictures.shape[1:3] == (2 * height, 2 * width)
    assert [values.shape[1:3] for values in small] == 3 * [(height, width)]
    for values, fine in zip(small[1:], (alphas, weights)):
        blocks = fine.reshape(len(fine), height, 2, width, 2).mean((2, 4))
        assert values == pytest.approx(blocks, abs=1e-6)
    assert not isinstance(batches.dataset(tiny(), data, "train"), smaller.Smaller)


def test_a_teacher_refines_the_alphas_where_it_agrees(monkeypatch):
    class Half:
        """A clip of two frames whose left half is a person."""

        def __getitem__(self, number):
            alphas = np.zeros((2, 16, 32), np.float32)
            alphas[:, :, :16] = 1
            return np.full((2, 16, 32, 3), (10, 20, 30), np.uint8), alphas, np.ones_like(alphas)

    class Teacher:
        height, width = 16, 32

        def __init__(self, path):
            self.seen = 0

        def reset(self):
            self.seen = 0

        def alpha(self, frame):
            assert tuple(frame[0, 0, :3]) == (30, 20, 10)
            self.seen += 1
            answer = np.zeros((16, 32), np.uint8)
            answer[:, :12] = 204  # softer than the label
            answer[:, 28:] = 255  # somebody whom the label does not know
            return answer + self.seen - 1

    monkeypatch.setattr(taught, "locate", lambda name: name)
    monkeypatch.setattr(taught, "Runner", Teacher)
    for _ in range(2):
        _, alphas, _ = taught.Taught(Half(), "teacher")[0]
        assert alphas[0, 0, 0] == pytest.approx(0.8) and alphas[1, 0, 0] == pytest.approx(205 / 255)
        assert alphas[0, 0, 14] == 1 and alphas[0, 0, 30] == 0
    # Its edge alone: within five pixels of the contour, which is before pixel 16.
    _, alphas, _ = taught.Taught(Half(), "teacher", edge_only=True)[0]
    assert alphas[0, 0, 11] == pytest.approx(0.8) and alphas[0, 0, 10] == 1


def test_a_teacher_that_is_not_free_is_refused(data, tmp_path):
    with pytest.raises(ExportError, match="'stranger' is not known to be free"):
        loop.train(tiny(teacher="stranger"), data, tmp_path)


def test_not_a_checkpoint(tmp_path):
    (tmp_path / "x.pt").write_bytes(b"nothing")
    with pytest.raises(ExportError, match="not a checkpoint"):
        checkpoint.load(tmp_path / "x.pt")
