# SPDX-License-Identifier: GPL-2.0-or-later
"""The network that sees what people wear is trained on as a whole, and measured on what it has not seen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

for package in ("torch", "matplotlib"):
    pytest.importorskip(package, reason="needs torch: python3 -m tests --training")

import tomlkit  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

from export.outfits import features, fine_tuning, whole  # noqa: E402
from export.outfits.fine_tuning import Sample, Tuning, tune, varied  # noqa: E402
from export.outfits.head import Head, folds  # noqa: E402
from export.outfits.labels import CLASSES, Label  # noqa: E402
from export.outfits.network import OutfitNetwork  # noqa: E402
from export.outfits.training import Recipe  # noqa: E402
from obs_bgremove.worker.outfits import outfit_network  # noqa: E402

SIDE = 32
#: B, G, R of each class.
COLOURS = ((200, 40, 40), (40, 200, 40), (40, 40, 200), (120, 120, 120))


class Tiny(nn.Module):
    """A descriptor like the real one, but small: a convolution, its normalisation, means."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.convolution, self.norm = nn.Conv2d(4, 8, 3), nn.BatchNorm2d(8)
        self.eval()

    def forward(self, frame):
        return self.looks(frame[None]).reshape(2, -1)

    def looks(self, frames):
        seen = torch.relu(self.norm(self.convolution(frames.permute(0, 3, 1, 2).float() / 255)))
        return torch.cat([seen.mean((2, 3)), seen.amax((2, 3))], 1)


def portrait(number, shade=0):
    made = np.full((SIDE, SIDE, 4), 255, np.uint8)
    made[..., :3] = np.clip(np.array(COLOURS[number]) + shade, 0, 255)
    return made


def samples(count=6):
    return [
        Sample([(portrait(number, shade), 1.0)], number)
        for number in range(len(CLASSES))
        for shade in range(count)
    ]


def untrained_head():
    return Head(np.full((4, 16), 0.01, np.float32), np.zeros(4, np.float32))


def test_every_weight_is_trained_on_and_statistics_stay(capsys):
    head = untrained_head()
    network = OutfitNetwork(Tiny(), head)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    tune(network, samples(), Tuning(passes=20, others=6, rate=3e-3, head_rate=3e-2), 1)
    after = network.state_dict()
    for name, _parameter in network.named_parameters():
        assert not torch.equal(before[name], after[name]), name
    for name, _buffer in network.named_buffers():
        assert torch.equal(before[name], after[name]), name
    frames = torch.from_numpy(np.stack([portrait(number) for number in range(4)]))
    assert network.logits(frames).argmax(1).tolist() == [0, 1, 2, 3]
    assert (head.weight == untrained_head().weight).all()  # what was measured before stays what it was
    assert "Pass 20 of 20" in capsys.readouterr().err


def test_who_is_not_drawn_is_stood_for_by_those_who_are():
    drawn = fine_tuning._drawn(samples(count=6), 2, np.random.default_rng(1))
    weights = {number: [s.portraits[0][1] for s in drawn if s.number == number] for number in range(4)}
    assert [len(weights[number]) for number in range(4)] == [6, 6, 6, 2]
    assert sum(weights[3]) == pytest.approx(6) and sum(weights[0]) == 6


def test_variations_mirror_the_alpha_with_the_picture_and_do_not_recolour_it():
    one = portrait(3)
    one[:, : SIDE // 2, 3] = 0
    one[:, : SIDE // 2, :3] = 250
    mirrored = 0
    for seed in range(20):
        made = varied(one, np.random.default_rng(seed))
        hidden = made[..., 3] == 0
        mirrored += bool(hidden[0, -1])
        assert set(np.unique(made[..., 3])) == {0, 255} and hidden.sum() == SIDE * SIDE // 2
        assert made[..., :3][hidden].mean() > made[..., :3][~hidden].mean()
    assert 0 < mirrored < 20


def test_a_mean_of_zero_has_a_finite_slope():
    """The root of a channel that no portrait excites must not turn the weights below it into NaN."""
    from export.outfits.descriptor import _root

    means = torch.zeros(3, requires_grad=True)
    _root(means).sum().backward()
    assert torch.isfinite(means.grad).all()


@pytest.fixture
def photographs(tmp_path, monkeypatch):
    """Ten groups; in each a photograph of each class, two framings of it, and one that is not sure."""
    labels = []
    for group in range(10):
        for number, name in enumerate([*CLASSES, CLASSES[0]]):
            path = tmp_path / f"{group}-{number}.png"
            cv2.imwrite(str(path), portrait(number % 4, group)[..., :3])
            labels.append(Label(path, name, number < len(CLASSES), str(group)))

    def shown(_self, path, _key, _near):
        return np.dstack([cv2.imread(str(path)), np.full((SIDE, SIDE), 255, np.uint8)])

    monkeypatch.setattr(features.Descriptors, "_portrait", shown)
    monkeypatch.setattr(whole, "Descriptor", Tiny)
    return labels


def test_nothing_of_the_groups_held_out_teaches(photographs, tmp_path, monkeypatch):
    taught = []

    def watched(network, shown, tuning, seed):
        taught.extend(shown)
        tune(network, shown, tuning, seed)

    monkeypatch.setattr(whole, "tune", watched)
    recipe = Recipe(size=SIDE)
    compared = whole.train_whole(
        photographs, tmp_path / "cache", tmp_path / "outfit", recipe, Tuning(passes=1, rate=1e-4)
    )
    # The group of a photograph is its shade.
    shades = {str(int(sample.portraits[0][0][0, 0, 0]) - COLOURS[sample.number][0]) for sample in taught}
    groups = [label.group for label in photographs]
    held = {group for group, out in zip(groups, next(folds(groups, 5, recipe.seed))) if out}
    assert shades == set(groups) - held and len(held) == 2
    assert len(taught) == 8 * 5
    assert all(len(sample.portraits) == 2 for sample in taught)
    assert len(compared.whole.truth) == len(compared.head.truth) == 2 * len(CLASSES)
    known = outfit_network.OutfitNetwork(tmp_path / "outfit")
    assert known.card.classes == CLASSES
    card = tomlkit.parse((tmp_path / "outfit" / "card.toml").read_text())
    assert "every weight trained on" in card["source"] and "held out" in card["quality"]["measured"]
    assert card["quality"]["beachwear"]["support"] == 2
